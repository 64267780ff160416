// Put in by build.mjs: addresses of files with a hash in their name.
declare const WORKER_URL: string;
declare const LAND_URL: string;
declare const BORDERS_URL: string;
declare module '*.css';

// A value that tells when it changed.  The whole of the page's state is a few of these.
import { useEffect, useState } from 'preact/hooks';

export class Store<T extends object> {
  private value: T;
  private readonly listeners = new Set<() => void>();

  constructor(value: T) {
    this.value = value;
  }

  get(): T {
    return this.value;
  }

  /** Listeners are told only when something in the patch differs. */
  set(patch: Partial<T>): void {
    const keys = Object.keys(patch) as (keyof T)[];
    if (keys.every((key) => Object.is(this.value[key], patch[key]))) return;
    this.value = { ...this.value, ...patch };
    for (const listener of [...this.listeners]) listener();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

/** What a view shows of a store; drawn again when that part is another. */
export function useStore<T extends object, S>(store: Store<T>, select: (value: T) => S): S {
  const [, again] = useState(0);
  const selected = select(store.get());
  useEffect(() => {
    let seen = selected;
    const look = () => {
      const now = select(store.get());
      if (Object.is(now, seen)) return;
      seen = now;
      again((n) => n + 1);
    };
    look();
    return store.subscribe(look);
  });
  return selected;
}

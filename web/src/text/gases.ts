// Names of gases as people read them.  The server's names are IUPAC's or common ones with
// underscores; a gas that is not listed here is shown by that name, underscores as blanks.
import { settings, type Language } from '../state/settings';

const SPANISH: Record<string, string> = {
  acetic_acid: 'ácido acético',
  acetone: 'acetona',
  acetonitrile: 'acetonitrilo',
  acetylene: 'acetileno',
  ammonia: 'amoníaco',
  benzene: 'benceno',
  butane: 'butano',
  carbon_dioxide: 'dióxido de carbono',
  carbon_monoxide: 'monóxido de carbono',
  chloroform: 'cloroformo',
  dichloromethane: 'diclorometano',
  diethyl_ether: 'éter dietílico',
  ethane: 'etano',
  ethanol: 'etanol',
  ethyl_acetate: 'acetato de etilo',
  ethylene: 'etileno',
  formaldehyde: 'formaldehído',
  formic_acid: 'ácido fórmico',
  hydrogen_chloride: 'cloruro de hidrógeno',
  hydrogen_cyanide: 'cianuro de hidrógeno',
  hydrogen_sulfide: 'sulfuro de hidrógeno',
  isopropanol: 'isopropanol',
  methane: 'metano',
  methanol: 'metanol',
  methylamine: 'metilamina',
  nitric_acid: 'ácido nítrico',
  nitrous_oxide: 'óxido nitroso',
  ozone: 'ozono',
  phosphine: 'fosfina',
  propane: 'propano',
  propylene: 'propileno',
  sulfur_dioxide: 'dióxido de azufre',
  sulfur_hexafluoride: 'hexafluoruro de azufre',
  toluene: 'tolueno',
  unknown: 'gas desconocido',
  water_vapour: 'vapor de agua',
};
const ENGLISH: Record<string, string> = { unknown: 'unknown gas' };

export function gasIn(language: Language, gas: string): string {
  const names = language === 'es' ? SPANISH : ENGLISH;
  return names[gas] ?? gas.replaceAll('_', ' ');
}

export function gasName(gas: string): string {
  return gasIn(settings.get().language, gas);
}

/** ammonia-3f09c2d1a4b5e6f7 -> 3f09: what a person says aloud. */
export function shortSite(site: string): string {
  return site.slice(site.lastIndexOf('-') + 1).slice(0, 4);
}

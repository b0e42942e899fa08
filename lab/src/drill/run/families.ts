import { daFamily } from '../da/play/family.ts'
import type { DrillFamily } from '../outcome/family.ts'

/** By the word that `parley drill` takes; the first is meant where none is given. */
export const drillFamilies: readonly [DrillFamily, ...DrillFamily[]] = [daFamily]

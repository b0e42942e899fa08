import type { DaDrill } from './drill.ts'
import { poolDropped } from './pool.ts'

/** Every drill, in the order in which they are run. */
export const daDrills: readonly DaDrill[] = [poolDropped]

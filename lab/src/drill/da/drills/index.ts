import { beaconDrills } from './beacons.ts'
import { celestiaDrills } from './celestia.ts'
import { committeeDrills } from './committee.ts'
import type { DaDrill } from './drill.ts'
import { feeDrills } from './fees.ts'
import { killDrills } from './kills.ts'
import { movingDrills } from './moving.ts'
import { nonceDrills } from './nonces.ts'
import { outageDrills } from './outages.ts'
import { reorgDrills } from './reorgs.ts'
import { slashedDrills } from './slashed.ts'
import { withheldDrills } from './withheld.ts'

/** Every drill, in the order in which they are run: those of the same layers together, for each other order restarts the batcher. */
export const daDrills: readonly DaDrill[] = [
  ...feeDrills,
  ...nonceDrills,
  ...reorgDrills,
  ...beaconDrills,
  ...killDrills,
  ...movingDrills,
  ...celestiaDrills,
  ...committeeDrills,
  ...outageDrills,
  ...withheldDrills,
  ...slashedDrills,
]

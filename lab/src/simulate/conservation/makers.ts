import { change, collectFees, register } from './contact-actions.ts'
import {
  attest,
  collectSlashed,
  donate,
  publish,
  recordCost,
  reimburse,
  stake,
  startExit,
  withdrawStake,
} from './economics-actions.ts'
import {
  collectShares,
  deposit,
  invite,
  relay,
  setCurve,
  setFlatFee,
  setGate,
  setGates,
  setStanding,
  withdraw,
} from './invite-actions.ts'
import { forceEther } from './outside-actions.ts'
import { govern } from './proposal.ts'
import type { Maker } from './world.ts'

/** How often which action is tried. */
const weights: readonly (readonly [number, Maker])[] = [
  [30, invite],
  [15, relay],
  [6, register],
  [3, change],
  [4, collectFees],
  [8, deposit],
  [8, withdraw],
  [2, collectShares],
  [3, setGate],
  [3, setFlatFee],
  [2, setCurve],
  [1, setGates],
  [4, setStanding],
  [20, govern],
  [5, stake],
  [3, startExit],
  [3, withdrawStake],
  [2, collectSlashed],
  [2, publish],
  [3, attest],
  [3, recordCost],
  [3, reimburse],
  [1, donate],
  [2, forceEther],
]

/** Every action as often as its weight. */
export const makers: readonly Maker[] = weights.flatMap(([weight, maker]) => Array<Maker>(weight).fill(maker))

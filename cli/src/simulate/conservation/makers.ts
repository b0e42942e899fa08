import { change, collectFees, register } from './contact-actions.ts'
import {
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
import { forceEther, setProtocolShare, setRegistrationFee } from './outside-actions.ts'
import type { Maker } from './world.ts'

/** How often which action is tried. */
const weights: readonly (readonly [number, Maker])[] = [
  [30, invite],
  [15, relay],
  [6, register],
  [3, change],
  [4, collectFees],
  [8, deposit],
  [10, withdraw],
  [3, setGate],
  [3, setFlatFee],
  [2, setCurve],
  [1, setGates],
  [4, setStanding],
  [2, setProtocolShare],
  [2, setRegistrationFee],
  [2, forceEther],
]

/** Every action as often as its weight. */
export const makers: readonly Maker[] = weights.flatMap(([weight, maker]) => Array<Maker>(weight).fill(maker))

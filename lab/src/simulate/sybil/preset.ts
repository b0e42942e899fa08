import { productionPreset } from '@parley/infra'
import type { FeeParameters, Prices } from '@parley/protocol'
import type { SpamPreset } from '../spam/preset.ts'
import { presets, quick as quickMarket } from '../spam/presets.ts'

/** What a simulation of sybils follows from, beside the gateway's own settings. */
export interface SybilPreset {
  /** Contracts of the L2 as they are deployed, in a small world. */
  readonly market: SpamPreset
  /** Of the L3: what a message costs there. */
  readonly fees: FeeParameters
  readonly prices: Prices
  /** Days for which an identity that nobody finds out is used. */
  readonly days: number
  /** Identities of one attacker that are compared with one alone. */
  readonly identities: number
  /** Messages of a consumer, over which its registration is spread; days of its life are the market's. */
  readonly consumerMessagesPerDay: number
}

const { fees, genesisPrices } = productionPreset

export const sybilPreset: SybilPreset = {
  market: quickMarket(presets.parley),
  fees,
  prices: genesisPrices,
  days: 30,
  identities: 3,
  consumerMessagesPerDay: 30,
}

/** The same, for fewer days: good for looking, not for citing. */
export const quickSybils: SybilPreset = { ...sybilPreset, days: 3 }

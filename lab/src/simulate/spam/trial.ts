import type { Address } from 'viem'
import { deriveFrom, randomStream } from '../../load/seeded.ts'
import type { Snapshot } from '../chain/simulated-chain.ts'
import { type Books, type Summary, summarize } from './books.ts'
import { prepare } from './campaign.ts'
import { createInboxApp } from './inbox-app.ts'
import type { Market } from './market.ts'
import type { Post } from './post.ts'
import { addressesFor, type Strategy } from './strategy.ts'

/** What a strategy comes to when a campaign is carried out whatever it costs. */
export interface Trial {
  readonly strategy: Strategy
  readonly summary: Summary
  /** Wei: what the inboxes reached are worth to the spammer, less all costs and gas. */
  readonly profitWei: number
}

export interface TrialOptions {
  readonly seed: bigint
  /** State that every trial begins with. */
  readonly from: Snapshot
  /** Wei. */
  readonly worthOfOne: bigint
}

/** Tries a strategy on the contracts and comes back. */
export async function tryStrategy(
  market: Market,
  post: Post,
  strategy: Strategy,
  { seed, from, worthOfOne }: TrialOptions,
): Promise<Trial> {
  const { chain, preset } = market
  await chain.restore(from)
  const derive = deriveFrom(`trial ${seed} ${strategy.name}`)
  const random = randomStream(derive, 'campaign')
  const books: Books = new Map()
  const app = createInboxApp(randomStream(derive, 'app'), preset.behaviour)
  const { volume } = preset.attack
  const addresses = market.spare.slice(0, addressesFor(strategy, volume)) as Address[]
  const deps = { market, post, app, books, random, derive }
  const campaign = await prepare(deps, { strategy, volume, worth: highestFee(market) }, addresses)
  await campaign.strike()
  await campaign.finish()
  const summary = summarize(books)
  const spent = summary.feesWei + summary.registrationsWei + summary.capitalWei + summary.gasWei
  return { strategy, summary, profitWei: summary.reached * Number(worthOfOne) - Number(spent) }
}

/** What no invite costs more than. */
const highestFee = ({ preset }: Market): bigint => preset.contracts.curve.maxFee + preset.contracts.bulk.maxPart

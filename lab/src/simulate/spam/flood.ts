import { type Address, numberToHex } from 'viem'
import { deriveFrom, type RandomStream, randomStream } from '../../load/seeded.ts'
import { accountOf, type Books, median, type Summary, summarize } from './books.ts'
import type { Market } from './market.ts'
import type { Intent, Post } from './post.ts'

/** Fees of one window, flooded or not. Wei. */
interface Window {
  /** What consumers paid for what they sent meanwhile, one of twenty into the flooded inbox. */
  readonly consumersFees: readonly number[]
  /** By inbox but for the flooded one, at each time of looking: what a consumer would be asked. */
  readonly others: readonly (readonly bigint[])[]
  /** What the flooded inbox asks a consumer at the end of each period. */
  readonly flooded: readonly number[]
}

export interface Flood {
  readonly periods: number
  readonly periodSeconds: number
  /** Invites into the flooded inbox, and what they came to. */
  readonly summary: Summary
  readonly consumersMedianFeeWei: { readonly before: number; readonly during: number }
  readonly others: {
    readonly inboxes: number
    readonly looks: number
    /** How many answers differ from those without the flood. */
    readonly moved: number
    readonly medianFeeWei: { readonly before: number; readonly during: number }
  }
  /** By period. Wei. */
  readonly flooded: { readonly quiet: readonly number[]; readonly flooded: readonly number[] }
}

/**
 * Floods one inbox, and lives through the same time once more without the flood: whatever differs, the flood did.
 * @param seed - Decides who sends when, in both alike.
 */
export async function flood(market: Market, post: Post, seed: bigint): Promise<Flood> {
  const { chain, preset } = market
  const { periods } = preset.attack.flood
  const start = await chain.snapshot()
  const quiet = await pass(market, post, seed, undefined)
  await chain.restore(start)
  const books: Books = new Map()
  const loud = await pass(market, post, seed, books)
  const moved = loud.others.flatMap((fees, look) => fees.filter((fee, i) => fee !== quiet.others[look]?.[i])).length
  return {
    periods,
    periodSeconds: preset.contracts.curve.period,
    summary: summarize(books),
    consumersMedianFeeWei: { before: middle(quiet.consumersFees), during: middle(loud.consumersFees) },
    others: {
      inboxes: market.inboxes.length - 1,
      looks: loud.others.length,
      moved,
      medianFeeWei: { before: middle(quiet.others.flat().map(Number)), during: middle(loud.others.flat().map(Number)) },
    },
    flooded: { quiet: quiet.flooded, flooded: loud.flooded },
  }
}

/** Seconds: the longest that an inbox's excess takes to go. */
const settling = 90n * 86_400n

const middle = (values: readonly number[]): number => median(values) as number

/** One window. @param books - Of the flood; undefined for none. */
async function pass(market: Market, post: Post, seed: bigint, books: Books | undefined): Promise<Window> {
  const { chain, preset, inboxes } = market
  const { periods, sampleEvery } = preset.attack.flood
  const random = randomStream(deriveFrom(`flood ${seed}`), 'consumers')
  const unflooded = inboxes.filter((inbox) => inbox !== target(market))
  // By then whatever was sent before is worked off.
  const begin = chain.now + settling
  const consumersFees: number[] = []
  const others: (readonly bigint[])[] = []
  const flooded: number[] = []
  for (let period = 0; period < periods; period += 1) {
    const at = begin + BigInt((period + 1) * preset.contracts.curve.period)
    if (books !== undefined) await post.send(at - 1n, floodOf(market, books))
    for (const { result, feeWei } of await post.send(at, consumersOf(market, period, random)))
      if (result === 'delivered') consumersFees.push(Number(feeWei))
    flooded.push(Number((await quotes(market, [target(market)], at))[0]))
    if ((period + 1) % sampleEvery === 0) others.push(await quotes(market, unflooded, at))
  }
  return { consumersFees, others, flooded }
}

/** An inbox of somebody who sends nothing. */
const target = ({ inboxes, consumers }: Market): Address => inboxes[consumers.length] as Address

function floodOf(market: Market, books: Books): readonly Intent[] {
  const { preset, spare } = market
  const { contracts, attack } = preset
  const recipient = target(market)
  const worth = contracts.curve.maxFee + contracts.bulk.maxPart
  const payer = spare[0] as Address
  const account = accountOf(books, payer)
  return Array.from({ length: attack.flood.invites }, () => ({ payer, recipient, worth, account }))
}

/** Invites that every consumer sends in the window, and one in how many goes to the flooded inbox. */
const [eachSends, oneIn] = [2, 20] as const

function consumersOf(market: Market, period: number, random: RandomStream): readonly Intent[] {
  const { consumers, inboxes, preset } = market
  const { contracts, attack } = preset
  const turn = Math.ceil(attack.flood.periods / eachSends)
  const worth = contracts.curve.maxFee + contracts.bulk.maxPart
  const nobody: Books = new Map()
  return consumers
    .filter((payer, i) => (period + i) % turn === 0 && payer !== askerOf(market))
    .map((payer) => {
      const others = inboxes.filter((inbox) => inbox !== payer)
      const recipient = random.below(oneIn) === 0 ? target(market) : (others[random.below(others.length)] as Address)
      return { payer, recipient, worth, account: accountOf(nobody, payer) }
    })
}

/** A consumer that sends nothing meanwhile, so that its own reach moves no price. */
const askerOf = ({ consumers }: Market): Address => consumers[0] as Address

/** What a consumer who sent nothing lately would be asked for an invite to each inbox. */
async function quotes(market: Market, recipients: readonly Address[], at: bigint): Promise<readonly bigint[]> {
  const { chain, inbox } = market
  const asker = askerOf(market)
  const views = recipients.map((recipient) => {
    const request = {
      recipient,
      contentDigest: numberToHex(2n ** 128n, { size: 32 }),
      maxFee: 0n,
      gateData: '0x' as const,
    }
    return inbox.view('quote', [request, asker, asker])
  })
  const answers = await chain.view(views, at)
  return answers.map(({ data }) => inbox.result('quote', data).fee)
}

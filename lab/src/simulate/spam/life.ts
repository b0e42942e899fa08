import { type Address, bytesToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type Derive, deriveFrom, deriveScalar, type RandomStream, randomStream } from '../../load/seeded.ts'
import type { BulkParameters } from '../model/bulk-pricing.ts'
import { accountOf, type Books, median, type Persona } from './books.ts'
import { type Campaign, prepare } from './campaign.ts'
import { createInboxApp } from './inbox-app.ts'
import type { Market } from './market.ts'
import { settlePeople } from './people.ts'
import type { Intent, Post } from './post.ts'
import { addressesFor, type Strategy } from './strategy.ts'

/** What happened on one day, by persona. */
export interface Day {
  readonly day: number
  readonly delivered: Readonly<Record<Persona, number>>
  /** Wei; null on a day without any. */
  readonly consumersMedianFeeWei: number | null
}

export interface Life {
  readonly books: Readonly<Record<Persona, Books>>
  readonly days: readonly Day[]
}

/** What a spammer does in the last days: a strategy, or nothing since none pays. */
export interface Plan {
  readonly persona: Strategy['persona']
  readonly strategy: Strategy | undefined
}

export interface LifeOptions {
  readonly seed: bigint
  readonly plans: readonly Plan[]
  /** Wei: what a delivered spam, and an honest sender's invite, is worth. */
  readonly worth: { readonly spam: bigint; readonly honest: bigint }
}

const secondsPerDay = 86_400n

/** Lets consumers and honest senders live one life of an identity, and spammers send in its last days. */
export async function live(market: Market, post: Post, options: LifeOptions, signal: AbortSignal): Promise<Life> {
  const derive = deriveFrom(`life ${options.seed}`)
  const books: Record<Persona, Books> = {
    consumer: new Map(),
    'honest bulk sender': new Map(),
    'low-reputation spammer': new Map(),
    'sybil spammer': new Map(),
  }
  const people = { consumers: books.consumer, honest: books['honest bulk sender'] }
  await settlePeople(market, people, randomStream(derive, 'people'))
  const { lifeDays } = market.preset.behaviour
  const spamDays = market.preset.attack.days
  const random = randomStream(derive, 'invites')
  const campaigns = await prepareCampaigns(market, post, books, options, derive)
  const waiting = new Map<Address, readonly Hides[]>()
  const begin = market.chain.now
  const days: Day[] = []
  for (let day = 0; day < lifeDays; day += 1) {
    signal.throwIfAborted()
    const before = countsOf(books)
    const at = begin + BigInt(day) * secondsPerDay + secondsPerDay / 2n
    const intents = intentsOf(market, books, options, { day, random, derive, waiting })
    const fees = intents.length === 0 ? [] : await post.send(later(at, market.chain.now), intents)
    if (day >= lifeDays - spamDays)
      for (const campaign of campaigns[day - lifeDays + spamDays] ?? []) await campaign.strike()
    const after = countsOf(books)
    days.push({ day, delivered: differenceOf(after, before), consumersMedianFeeWei: consumersFee(books, fees) })
  }
  return { books, days }
}

const later = (at: bigint, now: bigint): bigint => (at > now ? at : now + 1n)

function consumersFee(books: Record<Persona, Books>, sent: Awaited<ReturnType<Post['send']>>): number | null {
  const own = sent.filter(({ intent, result }) => result === 'delivered' && books.consumer.has(intent.payer))
  return median(own.map(({ feeWei }) => Number(feeWei)))
}

type Counts = Record<Persona, number>

function countsOf(books: Readonly<Record<Persona, Books>>): Counts {
  const count = (of: Books): number => [...of.values()].reduce((sum, { delivered }) => sum + delivered, 0)
  return mapPersonas(books, count)
}

const differenceOf = (after: Counts, before: Counts): Counts =>
  mapPersonas(after, (count, persona) => count - before[persona])

export function mapPersonas<T, U>(of: Readonly<Record<Persona, T>>, make: (value: T, persona: Persona) => U) {
  const entries = Object.entries(of) as [Persona, T][]
  return Object.fromEntries(entries.map(([persona, value]) => [persona, make(value, persona)])) as Record<Persona, U>
}

/** One campaign of each spammer for each of the last days; who stays out is booked as priced out. */
async function prepareCampaigns(
  market: Market,
  post: Post,
  books: Record<Persona, Books>,
  { plans, worth, seed }: LifeOptions,
  derive: Derive,
): Promise<readonly (readonly Campaign[])[]> {
  const { preset, spare } = market
  const { volume, days } = preset.attack
  const app = createInboxApp(randomStream(derive, 'app'), preset.behaviour)
  const campaigns: Campaign[][] = Array.from({ length: days }, () => [])
  let used = 0
  for (const { persona, strategy } of plans)
    for (const ofDay of campaigns) {
      const count = strategy === undefined ? 1 : addressesFor(strategy, volume)
      const addresses = Array.from({ length: count }, (_, i) => spare[(used + i) % spare.length] as Address)
      if (strategy === undefined) {
        accountOf(books[persona], addresses[0] as Address).pricedOut += volume
        continue
      }
      used += count
      const random = randomStream(deriveFrom(`life ${seed} ${persona} ${used}`), 'campaign')
      const deps = { market, post, app, books: books[persona], random, derive }
      ofDay.push(await prepare(deps, { strategy, volume, worth: worth.spam }, addresses))
    }
  return campaigns
}

/** Whether the sender of an invite hides. */
type Hides = boolean

/** Those of the invites, in order, that an account of full repute pays the flat part for. */
export function flatOf(
  { invites, senders }: BulkParameters,
  wanted: readonly Hides[],
): { readonly today: readonly Hides[]; readonly tomorrow: readonly Hides[] } {
  const left = { open: invites, hidden: senders }
  const [today, tomorrow]: [Hides[], Hides[]] = [[], []]
  for (const hides of wanted) {
    const kind = hides ? 'hidden' : 'open'
    left[kind] -= 1
    ;(left[kind] >= 0 ? today : tomorrow).push(hides)
  }
  return { today, tomorrow }
}

interface Today {
  readonly day: number
  readonly random: RandomStream
  readonly derive: Derive
  /** Invites of a consumer that had to wait: nobody pays for growth who can write tomorrow. */
  readonly waiting: Map<Address, readonly Hides[]>
}

function intentsOf(
  market: Market,
  books: Record<Persona, Books>,
  { worth }: LifeOptions,
  today: Today,
): readonly Intent[] {
  const { consumers, honest, preset } = market
  const { behaviour, contracts } = preset
  // A consumer who wants to reach somebody does.
  const anyPrice = contracts.curve.maxFee + contracts.bulk.maxPart
  const fromConsumers = consumers.flatMap((payer) => {
    const account = accountOf(books.consumer, payer)
    const count = poisson(today.random, behaviour.consumerInvitesPerWeek / 7)
    const wanted = Array.from({ length: count }, () => today.random.unit() * 100 < behaviour.hiddenPercent)
    const invites = flatOf(contracts.bulk, [...(today.waiting.get(payer) ?? []), ...wanted])
    today.waiting.set(payer, invites.tomorrow)
    return invites.today.map((hides, n): Intent => {
      const recipient = anyoneBut(payer, market, today.random)
      const secret = (): Uint8Array => deriveScalar(today.derive, 'hidden key', payer, today.day, n)
      const hidden = hides ? { hidden: privateKeyToAccount(bytesToHex(secret())) } : {}
      return { payer, recipient, worth: anyPrice, account, ...hidden }
    })
  })
  if (today.day % behaviour.honest.everyDays !== 0) return fromConsumers
  const fromHonest = honest.flatMap((payer) => {
    const account = accountOf(books['honest bulk sender'], payer)
    const start = today.random.below(market.inboxes.length)
    return Array.from({ length: behaviour.honest.invites }, (_, n): Intent => {
      const recipient = market.inboxes[(start + n) % market.inboxes.length] as Address
      return { payer, recipient, worth: worth.honest, account }
    })
  })
  return [...fromConsumers, ...fromHonest]
}

function anyoneBut(sender: Address, { inboxes }: Market, random: RandomStream): Address {
  const at = random.below(inboxes.length - 1)
  return inboxes[at >= inboxes.indexOf(sender) ? at + 1 : at] as Address
}

/** Knuth's way, for small means. */
export function poisson(random: RandomStream, mean: number): number {
  const floor = Math.exp(-mean)
  let count = 0
  for (let product = random.unit(); product > floor; product *= random.unit()) count += 1
  return count
}

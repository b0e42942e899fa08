import { type Address, bytesToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type Derive, deriveScalar, type RandomStream } from '../../load/seeded.ts'
import type { Transaction } from '../chain/simulated-chain.ts'
import { accountOf, type Books, interest } from './books.ts'
import type { InboxApp, Publication, Report } from './inbox-app.ts'
import type { Market } from './market.ts'
import { register } from './people.ts'
import type { Intent, Post } from './post.ts'
import type { Strategy } from './strategy.ts'

export interface CampaignDeps {
  readonly market: Market
  readonly post: Post
  readonly app: InboxApp
  readonly books: Books
  readonly random: RandomStream
  readonly derive: Derive
}

export interface CampaignOptions {
  readonly strategy: Strategy
  /** Invites to be delivered. */
  readonly volume: number
  /** Wei that one invite may cost at most. */
  readonly worth: bigint
}

/** A campaign whose addresses are registered and staked. */
export interface Campaign {
  /** Sends from the next epoch on, or right before its end. The chain is past its last block afterwards. */
  strike(): Promise<void>
  /** Takes the stakes back, and books what they would have earned since. */
  finish(): Promise<void>
}

/** Registers and stakes the addresses now. They may strike once they are as old as the strategy wants. */
export async function prepare(
  deps: CampaignDeps,
  options: CampaignOptions,
  addresses: readonly Address[],
): Promise<Campaign> {
  const { market, books } = deps
  const { strategy } = options
  const { chain } = market
  for (const address of addresses) accountOf(books, address)
  const preparedAt = chain.now + 1n
  const registered = strategy.registered ? addresses : []
  const registrations = registered.map((address) => register(market, address, books))
  await deps.post.send(preparedAt, [], registrations)
  const begin = (): bigint => nextEpoch(market, preparedAt + BigInt(strategy.age))
  return {
    async strike() {
      await stakeAll(deps, options, addresses, begin())
      await strike(deps, options, addresses, begin())
    },
    finish: () => finish(deps, options, addresses),
  }
}

async function strike(
  deps: CampaignDeps,
  options: CampaignOptions,
  addresses: readonly Address[],
  first: bigint,
): Promise<void> {
  const { market } = deps
  const { strategy, volume } = options
  const epoch = BigInt(market.preset.contracts.bulk.epoch)
  const targets = targetsOf(deps)
  const listed = new Set<Address>()
  const gap = epoch / 3n
  let wanted = strategy.untilListed ? Number.POSITIVE_INFINITY : volume
  for (let n = 0; n < strategy.epochs && wanted > 0; n += 1) {
    const begin = first + BigInt(n) * epoch
    // Straddling, the first block is a second before an epoch's end, the next a second after it.
    const at = strategy.straddles ? begin + (n === 0 ? epoch - 1n : 1n) : begin + gap
    await hearReports(deps, at - 1n, listed)
    const live = addresses.filter((address) => addresses.length === 1 || !listed.has(address))
    if (live.length === 0) break
    const intents = live.flatMap((address) => intentsOf(deps, options, address, targets)).slice(0, wanted)
    const sent = await deps.post.send(at, intents)
    for (const { result, sender, intent } of sent)
      if (result === 'delivered') deps.app.deliver({ recipient: intent.recipient, sender, payer: intent.payer, at })
    wanted -= sent.filter(({ result }) => result === 'delivered').length
  }
}

interface Targets {
  /** Taken so far. */
  readonly count: number
  next(): Address
}

/** Inboxes to be reached, each once before any comes again. */
function targetsOf({ market, random }: CampaignDeps): Targets {
  const { inboxes } = market
  const start = random.below(inboxes.length)
  let count = 0
  return {
    get count() {
      return count
    },
    next() {
      count += 1
      return inboxes[(start + count) % inboxes.length] as Address
    },
  }
}

function intentsOf(
  { books, derive }: CampaignDeps,
  { strategy, worth }: CampaignOptions,
  payer: Address,
  targets: Targets,
): readonly Intent[] {
  const account = accountOf(books, payer)
  const open = Array.from({ length: strategy.perEpoch.open }, () => ({
    payer,
    recipient: targets.next(),
    worth,
    account,
  }))
  const hidden = Array.from({ length: strategy.perEpoch.hidden }, () => {
    const recipient = targets.next()
    const secret = deriveScalar(derive, 'hidden key', strategy.name, payer, targets.count)
    return { payer, recipient, worth, account, hidden: privateKeyToAccount(bytesToHex(secret)) }
  })
  return [...open, ...hidden]
}

/** Start of the first epoch after `from`, and after now. */
function nextEpoch({ chain, epochAnchor, preset }: Market, from: bigint): bigint {
  const epoch = BigInt(preset.contracts.bulk.epoch)
  const after = chain.now > from ? chain.now : from
  return epochAnchor + ((after - epochAnchor) / epoch + 1n) * epoch
}

/** Lets time go on to `until`: recipients report and block, the app publishes whenever it is time to. */
async function hearReports(deps: CampaignDeps, until: bigint, listed: Set<Address>): Promise<void> {
  const { market, app } = deps
  const every = BigInt(market.preset.behaviour.listEvery)
  for (let at = (market.chain.now / every + 1n) * every; at <= until; at += every) {
    const blocks = app.takeReports(at).flatMap((report) => blockingOf(market, report))
    const publication = app.publish(at)
    for (const account of publication?.accounts ?? []) listed.add(account)
    const transactions = [...blocks, ...(publication === undefined ? [] : publicationOf(market, publication, at))]
    if (transactions.length > 0) await deps.post.send(at, [], transactions)
  }
}

const blockedStanding = 2
const blockingOf = ({ inbox }: Market, { recipient, accounts }: Report): readonly Transaction[] =>
  accounts.map((account) => inbox.call(recipient, 'setStanding', [account, blockedStanding]))

const listValidity = 90n * 86_400n

function publicationOf(
  { economics, publisher }: Market,
  { version, accounts }: Publication,
  now: bigint,
): readonly Transaction[] {
  if (economics === undefined) return []
  const noEvidence = `0x${'00'.repeat(32)}` as const
  const change = {
    publisher,
    version,
    validUntil: now + listValidity,
    evidence: noEvidence,
    added: accounts,
    removed: [],
  }
  return [economics.lists.call(publisher, 'update', [change, '0x'])]
}

/** Stakes as late as it can be, a second before `begin`. */
async function stakeAll(
  { market, post }: CampaignDeps,
  { strategy }: CampaignOptions,
  addresses: readonly Address[],
  begin: bigint,
): Promise<void> {
  const { economics } = market
  if (economics === undefined || strategy.stake === 0n) return
  const { stakes } = economics
  const transactions = addresses.map((address) => stakes.call(address, 'stake', [address], strategy.stake))
  await post.send(begin - 1n, [], transactions)
}

/** Takes the stakes back, which takes the unbonding delay; they were bound from a little before the first invite on. */
async function finish(
  { market, books, post }: CampaignDeps,
  { strategy }: CampaignOptions,
  addresses: readonly Address[],
): Promise<void> {
  const { chain, economics, preset } = market
  if (economics === undefined || strategy.stake === 0n) return
  const { stakes } = economics
  const delay = BigInt(preset.contracts.unbondingDelay)
  const exits = addresses.map((address) => stakes.call(address, 'startExit', [strategy.stake]))
  await post.send(chain.now + 1n, [], exits)
  const withdrawals = addresses.map((address) => stakes.call(address, 'withdraw', [address]))
  await post.send(chain.now + delay, [], withdrawals)
  const bound = delay + BigInt(strategy.epochs) * BigInt(preset.contracts.bulk.epoch)
  for (const address of addresses)
    accountOf(books, address).capital += interest(strategy.stake, bound, preset.behaviour.capitalPercent)
}

import { encodeGatewayRequest, type GatewayRequest, type L2Client, type SentCall } from '@parley/client'
import type { Clock } from '@parley/runtime'
import { TransactionError, type TransactionSender } from '@parley/transactions'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { type Address, type Hash, type Hex, hexToBytes, isAddressEqual, type LocalAccount, zeroAddress } from 'viem'
import { Allowances, type GiveBack, type Payment } from './allowances.ts'
import { GatewayError } from './faults.ts'
import { Issuing, type ProofVerifiers } from './issuing.ts'
import { type Created, type Funding, L3, type L3Deps, type NewConversation } from './l3/l3.ts'
import type { Reservation } from './l3/pool.ts'
import { createMetrics, type GatewayMetrics } from './metrics.ts'
import { type GatewayOptions, type GatewaySettings, settingsOf, unitsOf } from './options.ts'
import { callOf, type GatewayContracts } from './relaying/call.ts'
import { callRefused, l2Time } from './relaying/l2.ts'
import { type Quote, type QuoteRequest, quoteOf } from './relaying/quote.ts'
import { type SignedQuote, signPromise, signQuote } from './signing.ts'
import type { Tokens } from './tokens/tokens.ts'
import { type Charge, chargesOf, type Windows } from './windows/windows.ts'

export interface GatewayDeps {
  /** Reads the L2. */
  readonly client: L2Client
  readonly chainId: bigint
  readonly contracts: GatewayContracts
  /** Sends from the account that pays. */
  readonly sender: TransactionSender
  /** Signs promises and quotes. */
  readonly key: LocalAccount
  readonly windows: Windows
  /** Issues and takes tokens; without them addresses are all there is. */
  readonly issuer?: {
    readonly tokens: Tokens
    readonly proofs: ProofVerifiers
    readonly subjectSecret: Uint8Array
  }
  /** Accounts of the L3; without them no conversation is created or funded. */
  readonly l3?: Omit<L3Deps, 'clock'>
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

/** A promise as it goes over the wire. */
export type SignedPromise = Awaited<ReturnType<typeof signPromise>>

/** What came of a request that was accepted. */
export interface Accepted {
  readonly hash: Hash
  readonly promise: SignedPromise
}

const gwei = 10n ** 9n
const retryAfterMs = 1_000

/** Pays for consumers: checks, counts, sends, and signs what it promises. It may refuse, and forges nothing. */
export class Gateway {
  readonly settings: GatewaySettings
  readonly deps: GatewayDeps
  readonly issuing: Issuing | undefined
  readonly l3: L3 | undefined
  private readonly allowances: Allowances
  private readonly metrics: GatewayMetrics
  private readonly closing = new AbortController()

  /** @throws {GatewayError} `OPTION_OUT_OF_RANGE`. */
  constructor(deps: GatewayDeps, options: GatewayOptions = {}) {
    const settings = settingsOf(options)
    const { windows, issuer, client, clock } = deps
    this.deps = deps
    this.settings = settings
    this.metrics = createMetrics(deps.registry)
    this.allowances = new Allowances(windows, issuer?.tokens, settings)
    this.issuing = issuer && new Issuing({ client, allowances: this.allowances, ...issuer }, settings)
    const { maxAllowance, unitMwei, priceLimit } = settings
    const bounds = { maxAllowance: BigInt(maxAllowance), unitMwei: BigInt(unitMwei), priceLimit: BigInt(priceLimit) }
    this.l3 = deps.l3 && new L3({ ...deps.l3, clock }, bounds)
  }

  get maxInviteFee(): bigint {
    return BigInt(this.settings.maxInviteGwei) * gwei
  }

  /** Units that each operation takes. */
  get units(): Readonly<Record<'contact' | 'invite' | 'forced' | 'conversation', number>> {
    const { contactUnits, inviteUnits, forcedUnits, conversationUnits } = this.settings
    return { contact: contactUnits, invite: inviteUnits, forced: forcedUnits, conversation: conversationUnits }
  }

  /**
   * Has a request sent, and promises it. What is refused costs no allowance.
   * @throws {GatewayError} every fault that is an answer.
   */
  async carryOut(request: GatewayRequest, payment: Payment, signal: AbortSignal): Promise<Accepted> {
    const { digest } = encodeGatewayRequest(request)
    const time = await l2Time(this.deps.client)
    this.assertAcceptable(request, time)
    const taken = await this.allowances.take(payment, this.units[request.kind], this.chargesOf(request), signal)
    const hash = await unless(taken, async () => this.send(digest, await this.call(request), signal))
    this.metrics.accepted.inc({ operation: request.kind })
    return { hash, promise: await this.promise(digest, time) }
  }

  /** What an operation takes and costs, as of now. @throws {GatewayError} `CALL_REFUSED`, `L2_AWAY`. */
  async quote(request: QuoteRequest): Promise<SignedQuote> {
    const { client, contracts, sender } = this.deps
    const time = await l2Time(client)
    const quote: Quote = await quoteOf({ client, contracts, payer: sender.address }, request)
    const units = request.kind === 'invites' ? this.units.invite : this.units.contact
    const validUntil = time + BigInt(this.settings.includeWithinSeconds)
    return signQuote(this.deps, { ...quote, units, validUntil })
  }

  /** Reserves an account for a conversation; the units are for it, created or not. */
  async reserve(payment: Payment, signal: AbortSignal): Promise<Reservation> {
    const l3 = this.neededL3()
    const taken = await this.allowances.take(payment, this.units.conversation, [], signal)
    return unless(taken, () => l3.reserve(signal))
  }

  /** Creates a conversation for who has reserved an account. @param digest - Of the request. */
  async create(
    asked: NewConversation,
    digest: Hex,
    signal: AbortSignal,
  ): Promise<{ readonly created: Created; readonly promise: SignedPromise }> {
    const time = await l2Time(this.deps.client)
    const created = await this.neededL3().create(asked, signal)
    this.metrics.accepted.inc({ operation: 'conversation' })
    return { created, promise: await this.promise(digest, time) }
  }

  /** Funds a member. @param digest - Of the request. */
  async fund(
    asked: Funding,
    digest: Hex,
    payment: Payment,
    signal: AbortSignal,
  ): Promise<{ readonly block: bigint; readonly amount: bigint; readonly promise: SignedPromise }> {
    const l3 = this.neededL3()
    const time = await l2Time(this.deps.client)
    const taken = await this.allowances.take(payment, asked.units, [], signal)
    const funded = await unless(taken, () => l3.fund(asked, signal))
    this.metrics.accepted.inc({ operation: 'fund' })
    return { ...funded, promise: await this.promise(digest, time) }
  }

  async close(): Promise<void> {
    this.closing.abort()
  }

  /** @throws {GatewayError} `NOT_SERVED`. */
  private neededL3(): L3 {
    if (this.l3 === undefined) throw new GatewayError({ code: 'NOT_SERVED', what: 'conversations' })
    return this.l3
  }

  private promise(requestDigest: Hex, time: bigint): Promise<SignedPromise> {
    return signPromise(this.deps, { requestDigest, includeBy: time + BigInt(this.settings.includeWithinSeconds) })
  }

  private assertAcceptable(request: GatewayRequest, time: bigint): void {
    if (request.kind === 'forced') return
    const earliest = time + BigInt(this.settings.includeWithinSeconds)
    const { deadline } = request.authorization
    if (deadline < earliest) throw new GatewayError({ code: 'AUTHORIZATION_EXPIRED', deadline, earliest })
    if (request.kind !== 'invite') return
    const { relayer = zeroAddress, maxFee } = request
    const own = this.deps.sender.address
    if (!isAddressEqual(relayer, zeroAddress) && !isAddressEqual(relayer, own))
      throw new GatewayError({ code: 'RELAYER_OTHER', expected: hexToBytes(own), received: hexToBytes(relayer) })
    if (maxFee > this.maxInviteFee) throw new GatewayError({ code: 'FEE_TOO_HIGH', maxFee, maximum: this.maxInviteFee })
  }

  private chargesOf(request: GatewayRequest): readonly Charge[] {
    if (request.kind !== 'invite') return []
    return chargesOf(`inbox ${request.recipient.toLowerCase()}`, unitsOf(this.settings, 'recipient'), 1)
  }

  /** The call, as the contract would take it now. @throws {GatewayError} `CALL_REFUSED`, `L2_AWAY`, `NOT_SERVED`. */
  private async call(request: GatewayRequest): Promise<SentCall> {
    const { client, contracts, sender } = this.deps
    return callOf({ client, contracts, payer: sender.address }, request)
  }

  /** Stored and offered to the L2 once it resolves. @throws {GatewayError} `CALL_REFUSED`, `GATEWAY_BUSY`, `L2_AWAY`. */
  private async send(key: string, { gas, ...call }: SentCall, signal: AbortSignal): Promise<Hash> {
    const { sender, log } = this.deps
    try {
      const { hash, wait } = await sender.begin({ key, call, gas }, signal)
      void wait(this.closing.signal).then(
        () => this.metrics.kept.inc(),
        (error: unknown) => {
          if (this.closing.signal.aborted) return
          this.metrics.broken.inc()
          log.error({ err: error, key, hash }, 'what was promised was not done')
        },
      )
      return hash
    } catch (error) {
      throw sendingFault(error, sender.address)
    }
  }
}

/** Does something for what was taken, which is given back when it fails. */
async function unless<T>(taken: GiveBack, make: () => Promise<T>): Promise<T> {
  try {
    return await make()
  } catch (error) {
    await taken()
    throw error
  }
}

function sendingFault(error: unknown, sender: Address): unknown {
  if (!(error instanceof TransactionError)) return error
  const { code } = error.fault
  const cause = { cause: error }
  if (code === 'TRANSACTION_REFUSED') return callRefused(sender, error)
  if (code === 'CHAIN_UNAVAILABLE')
    return new GatewayError({ code: 'L2_AWAY', reason: error.message, retryAfterMs }, cause)
  return new GatewayError({ code: 'GATEWAY_BUSY', reason: error.message, retryAfterMs }, cause)
}

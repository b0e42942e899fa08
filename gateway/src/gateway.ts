import {
  encodeGatewayRequest,
  type GatewayRequest,
  type L2Client,
  type PledgeContracts,
  type SentCall,
} from '@parley/client'
import type { Clock } from '@parley/runtime'
import { TransactionError, type TransactionSender } from '@parley/transactions'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { type Address, type Hash, hexToBytes, isAddressEqual, type LocalAccount, zeroAddress } from 'viem'
import { GatewayError } from './faults.ts'
import { createMetrics, type GatewayMetrics } from './metrics.ts'
import { type GatewayOptions, type GatewaySettings, settingsOf, unitsOf } from './options.ts'
import { callOf } from './relaying/call.ts'
import { callRefused, l2Time } from './relaying/l2.ts'
import { type Quote, type QuoteRequest, quoteOf } from './relaying/quote.ts'
import { type SignedQuote, signPromise, signQuote } from './signing.ts'
import { type Charge, chargesOf, type Windows } from './windows/windows.ts'

export interface GatewayDeps {
  /** Reads the L2. */
  readonly client: L2Client
  readonly chainId: bigint
  readonly contracts: PledgeContracts
  /** Sends from the account that pays. */
  readonly sender: TransactionSender
  /** Signs promises and quotes. */
  readonly key: LocalAccount
  readonly windows: Windows
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

/** What came of a request that was accepted. */
export interface Accepted {
  readonly hash: Hash
  readonly promise: Awaited<ReturnType<typeof signPromise>>
}

const gwei = 10n ** 9n
const retryAfterMs = 1_000

/** Pays for consumers: checks, counts, sends, and signs what it promises. It may refuse, and forges nothing. */
export class Gateway {
  readonly settings: GatewaySettings
  readonly deps: GatewayDeps
  private readonly metrics: GatewayMetrics
  private readonly closing = new AbortController()

  /** @throws {GatewayError} `OPTION_OUT_OF_RANGE`. */
  constructor(deps: GatewayDeps, options: GatewayOptions = {}) {
    this.deps = deps
    this.settings = settingsOf(options)
    this.metrics = createMetrics(deps.registry)
  }

  get maxInviteFee(): bigint {
    return BigInt(this.settings.maxInviteGwei) * gwei
  }

  /**
   * Has a request sent, and promises it. What is refused costs no allowance.
   * @param source - Who asks: an address, as the server counts them.
   * @throws {GatewayError} every fault that is an answer.
   */
  async carryOut(request: GatewayRequest, source: string, signal: AbortSignal): Promise<Accepted> {
    const { digest } = encodeGatewayRequest(request)
    const time = await l2Time(this.deps.client)
    this.assertAcceptable(request, time)
    const charges = this.chargesOf(request, source)
    await this.take(charges, signal)
    let hash: Hash
    try {
      hash = await this.send(digest, await this.call(request), signal)
    } catch (error) {
      await this.deps.windows.give(charges, signal)
      throw error
    }
    this.metrics.accepted.inc({ operation: request.kind })
    const includeBy = time + BigInt(this.settings.includeWithinSeconds)
    return { hash, promise: await signPromise(this.deps, { requestDigest: digest, includeBy }) }
  }

  /** What an operation takes and costs, as of now. @throws {GatewayError} `CALL_REFUSED`, `L2_AWAY`. */
  async quote(request: QuoteRequest): Promise<SignedQuote> {
    const { client, contracts, sender } = this.deps
    const { contactUnits, inviteUnits, includeWithinSeconds } = this.settings
    const time = await l2Time(client)
    const quote: Quote = await quoteOf({ client, contracts, payer: sender.address }, request)
    const units = request.kind === 'invites' ? inviteUnits : contactUnits
    return signQuote(this.deps, { ...quote, units, validUntil: time + BigInt(includeWithinSeconds) })
  }

  async close(): Promise<void> {
    this.closing.abort()
  }

  private assertAcceptable(request: GatewayRequest, time: bigint): void {
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

  private chargesOf(request: GatewayRequest, source: string): readonly Charge[] {
    const { settings } = this
    const units = request.kind === 'invite' ? settings.inviteUnits : settings.contactUnits
    const charges = [
      ...chargesOf(`address ${source}`, unitsOf(settings, 'anonymous'), units),
      ...chargesOf('all without a token', unitsOf(settings, 'all'), units),
    ]
    if (request.kind !== 'invite') return charges
    return [...charges, ...chargesOf(`inbox ${request.recipient.toLowerCase()}`, unitsOf(settings, 'recipient'), 1)]
  }

  private async take(charges: readonly Charge[], signal: AbortSignal): Promise<void> {
    const lack = await this.deps.windows.take(charges, signal)
    if (lack === undefined) return
    const { charge, retryAfterMs: waitMs } = lack
    const { of, window, units } = charge
    const told = { of, window: window.name, units, maximum: window.units, retryAfterMs: waitMs }
    throw new GatewayError({ code: 'ALLOWANCE_EMPTY', ...told })
  }

  /** The call, as the contract would take it now. @throws {GatewayError} `CALL_REFUSED`, `L2_AWAY`. */
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

function sendingFault(error: unknown, sender: Address): unknown {
  if (!(error instanceof TransactionError)) return error
  const { code } = error.fault
  const cause = { cause: error }
  if (code === 'TRANSACTION_REFUSED') return callRefused(sender, error)
  if (code === 'CHAIN_UNAVAILABLE')
    return new GatewayError({ code: 'L2_AWAY', reason: error.message, retryAfterMs }, cause)
  return new GatewayError({ code: 'GATEWAY_BUSY', reason: error.message, retryAfterMs }, cause)
}

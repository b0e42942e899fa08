import { consentOf, type GatewayClient, poll } from '@parley/client'
import { mwei, sameBytes } from '@parley/protocol/light'
import { createSources, systemClock } from '@parley/runtime'
import { MessagingError } from '../faults.ts'
import type { Founder, Sponsor, SponsorDeps, SponsorFactory } from './sponsor.ts'

/** What gateways are asked for. */
export interface ByGatewayOptions {
  /** What each member of a new conversation may spend, in mwei; less where a gateway gives less. @default 1,000,000,000 */
  readonly allowance?: bigint
  /** Highest price of a message, in mwei. @default 10,000,000 */
  readonly priceLimit?: bigint
}

const defaults = { allowance: 10n ** 9n, priceLimit: 10n ** 7n } as const
/** Milliseconds in which the sequencer must show what a gateway says that it created. */
const shownWithinMs = 30_000

/** Has gateways of the messenger pay for conversations, one after the other until one does. */
export function byGateways(options: ByGatewayOptions = {}): SponsorFactory {
  return (deps) => new ByGateways(deps, { ...defaults, ...options })
}

class ByGateways implements Sponsor {
  private readonly deps: SponsorDeps
  private readonly options: Required<ByGatewayOptions>
  private readonly sources: ReturnType<typeof createSources<GatewayClient>>

  constructor(deps: SponsorDeps, options: Required<ByGatewayOptions>) {
    this.deps = deps
    this.options = options
    this.sources = createSources(deps.gateways, systemClock)
  }

  /** @throws {MessagingError} `SPONSOR_REFUSED` with what each gateway said. */
  async create(founders: readonly Founder[], signal: AbortSignal): ReturnType<Sponsor['create']> {
    const { gateways, isAside = () => false } = this.deps
    const preferred = gateways.filter((each) => !isAside(each))
    const { asked, leftOut } = this.sources.turn(preferred.length > 0 ? preferred : gateways)
    const errors: Error[] = []
    for (const gateway of asked)
      try {
        const created = await this.createAt(gateway, founders, signal)
        this.sources.succeeded(gateway)
        return created
      } catch (error) {
        signal.throwIfAborted()
        // Whatever one of them does, another may serve.
        this.sources.failed(gateway)
        errors.push(error as Error)
      }
    const refusal = [...errors.map(({ message }) => message), ...leftOut].join('; ')
    throw new MessagingError({ code: 'SPONSOR_REFUSED', refusal }, { cause: new AggregateError(errors) })
  }

  private async createAt(gateway: GatewayClient, founders: readonly Founder[], signal: AbortSignal) {
    const { deployment, random, sequencer } = this.deps
    const { allowance, priceLimit } = this.options
    const { conversations } = await gateway.about(signal)
    if (conversations === null) throw new TypeError(`${gateway.name} creates no conversations`)
    const share = conversations.maxAllowance / BigInt(founders.length)
    const each = mwei(share < allowance ? share : allowance)
    const members = founders.map(({ key, role }) => ({
      key: key.key,
      role,
      allowance: each,
      priceLimit: mwei(priceLimit),
    }))
    const consents = founders.map(({ key }) => consentOf(deployment.chainId, key))
    const { shard, index, id } = await gateway.createConversation(
      { deployment, members, consents, salt: random(32) },
      signal,
    )
    // It says so; who orders must, too.
    const shown = AbortSignal.any([signal, AbortSignal.timeout(shownWithinMs)])
    await poll(async () => {
      const found = await sequencer.conversation(shard, index, shown)
      return found !== undefined && sameBytes(found.id, id) ? found : undefined
    }, shown)
    return { place: { shard, index }, id }
  }
}

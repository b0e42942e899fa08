import { type Clock, createSources, systemClock } from '@parley/runtime'
import { getBlock } from 'viem/actions'
import { ClientError } from '../faults.ts'
import type { L2Client } from '../l2/client.ts'
import { noAnswer } from '../l2/failures.ts'
import type { GatewayRequest } from './forms.ts'
import type { GatewayClient, Pledge } from './gateway-client.ts'
import { type Expected, expectDone, type PledgeContracts, watchPledge } from './pledge.ts'

export interface GatewaysDeps {
  readonly client: L2Client
  readonly contracts: PledgeContracts
  /** In the order in which they are asked. */
  readonly gateways: readonly GatewayClient[]
  readonly clock?: Clock
  /** Seconds of the L2 that a promise may take at most. @default 600 */
  readonly withinSeconds?: bigint
}

/** What was done, and the words that were broken before it was. */
export interface Done {
  /** Left out when it was done by a gateway that did not say so. */
  readonly pledge?: Pledge
  /** Faults of gateways that were asked first: refusals, and promises broken with their evidence. */
  readonly failed: readonly ClientError[]
}

/** Gateways of which one is enough. */
export interface Gateways {
  /**
   * Has a request carried out, by one gateway after the other: the next one as soon as one refuses, does not answer or breaks
   * its promise, which is looked for on the L2 and never believed. What was signed counts once, whoever sends it.
   * @throws {ClientError} `GATEWAYS_FAILED` with what each said.
   */
  carryOut(request: GatewayRequest, signal: AbortSignal): Promise<Done>
}

export function createGateways({
  client,
  contracts,
  gateways,
  clock = systemClock,
  withinSeconds = 600n,
}: GatewaysDeps): Gateways {
  const sources = createSources(gateways, clock)

  const attempt = async (gateway: GatewayClient, request: GatewayRequest, expected: Expected, signal: AbortSignal) => {
    const { timestamp } = await getBlock(client).catch((error) => {
      throw noAnswer(error)
    })
    const pledge = await gateway.submit(request, {}, signal)
    const { includeBy } = pledge.promise
    if (includeBy > timestamp + withinSeconds)
      throw new ClientError({
        code: 'PROMISE_INVALID',
        gateway: gateway.name,
        reason: `${includeBy} is too late a time`,
      })
    await watchPledge(client, { pledge, expected, clock }, signal)
    return pledge
  }

  return {
    async carryOut(request, signal) {
      const expected = await expectDone(client, contracts, request)
      const failed: ClientError[] = []
      const { asked, leftOut } = sources.turn()
      for (const gateway of asked) {
        try {
          const pledge = await attempt(gateway, request, expected, signal)
          sources.succeeded(gateway)
          return { pledge, failed }
        } catch (error) {
          signal.throwIfAborted()
          // That the L2 does not answer is no gateway’s fault, and another would change nothing.
          if (!(error instanceof ClientError) || error.fault.code === 'L2_UNAVAILABLE') throw error
          sources.failed(gateway)
          failed.push(error)
          if (await expected.isDone()) return { failed }
        }
      }
      const gatewaysSaid = [...failed.map(({ message }) => message), ...leftOut]
      throw new ClientError({ code: 'GATEWAYS_FAILED', gateways: gatewaysSaid }, { cause: new AggregateError(failed) })
    },
  }
}

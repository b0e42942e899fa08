import { createSequencerClient, type DeploymentOnL2, localOwner } from '@parley/client'
import type { GatewayDeps } from '@parley/gateway'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'

type L3Deps = NonNullable<GatewayDeps['l3']>

/** The accounts that the gateway creates and funds from; undefined when the configuration names none. */
export function openL3({ config, clock }: Context, deployment: DeploymentOnL2 | undefined): L3Deps | undefined {
  const { accounts: named } = config.gateway
  if (named.length === 0 || deployment === undefined) return undefined
  // As the setting has checked.
  const accounts = named.map((place) => {
    const [shard, account] = place.split('/').map(Number) as [number, number]
    return { shard, account }
  })
  return {
    sequencer: createSequencerClient({ url: needed(config, 'sequencer.url'), clock }),
    deployment,
    owner: localOwner(needed(config, 'gateway.payKey').reveal()),
    accounts,
  }
}

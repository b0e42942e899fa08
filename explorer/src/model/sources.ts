import {
  type ChainClient,
  createChainClient,
  createNodeClient,
  createSequencerClient,
  type DeploymentOnL2,
  getDeployment,
  type L2Client,
  type NodeClient,
  type SequencerClient,
} from '@parley/client'
import { createPublicClient, http } from 'viem'
import type { Settings } from '../settings/settings.ts'

/** Whom the page asks. */
export interface Sources {
  readonly settings: Settings
  readonly node: NodeClient
  readonly chain: ChainClient
  readonly sequencer: SequencerClient | undefined
  /** The L2 that the reader chose, with what its rollup says of itself; undefined without one. */
  readonly l2: { readonly client: L2Client; readonly deployment: DeploymentOnL2 } | undefined
}

/** Two attempts: a page that does not answer says so soon, and can be asked again. */
const options = { timeoutMs: 10_000, maxAttempts: 2 }

/** Opens what the settings name. @throws {ClientError} `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`. */
export async function openSources(settings: Settings): Promise<Sources> {
  const { node: url, l2Url, rollup, sequencer } = settings
  const client = l2Url === undefined ? undefined : createPublicClient({ transport: http(l2Url), cacheTime: 0 })
  const l2 =
    client === undefined || rollup === undefined
      ? undefined
      : { client, rollup, deployment: await getDeployment(client, { rollup }) }
  const deps = { url, ...(l2 && { l2 }) }
  return {
    settings,
    // Without an L2 nobody says which chain it is: then no record is computed anew.
    node: createNodeClient(deps, { ...options, chainId: l2?.deployment.chainId ?? 0n }),
    chain: createChainClient(deps, options),
    sequencer: sequencer === undefined ? undefined : createSequencerClient({ url: sequencer }, options),
    l2,
  }
}

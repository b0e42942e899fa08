import { createNodeClient, type NodeClient } from '@parley/client'
import { type Address, bytesToHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { ChildOptions } from '../../process/child.ts'
import type { Stage } from './stage.ts'

/** A node that challenges from an account of its own, beside that of the stack. */
export interface SecondNode {
  readonly url: string
  readonly client: NodeClient
  readonly address: Address
}

/** Starts a second node, uses it once it has verified the latest claim, and stops it. @param name - Of its directory. */
export async function withSecondNode<T>(
  stage: Stage,
  name: string,
  variables: ChildOptions['env'],
  use: (node: SecondNode) => Promise<T>,
): Promise<T> {
  const { stack, roles, config, clock } = stage
  const key = bytesToHex(roles.users.at(-1)?.secret as Uint8Array)
  const child = await stack.roles.startBeside('node', {
    PARLEY_RUN_DATA_DIR: `${stage.dataDir}/${name}`,
    PARLEY_RUN_PORT: '0',
    PARLEY_NODE_CHALLENGE_KEY: key,
    ...variables,
  })
  try {
    const url = child.ready.url as string
    await follows(stage, url)
    const client = createNodeClient({ url, clock }, { chainId: config.chainId })
    return await use({ url, client, address: privateKeyToAccount(key).address })
  } finally {
    await child.stop()
  }
}

/** Waits until a node has verified the latest claim. */
export async function follows({ claimer, signal, wait }: Stage, url: string): Promise<void> {
  const { lastHeader } = await claimer.head(signal)
  await wait('the second node', async () => {
    const answer = await fetch(`${url}/v1/blocks/${lastHeader.number}`, { signal }).catch(() => undefined)
    return answer?.ok ? true : undefined
  })
}

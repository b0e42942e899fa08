import { rollupAbi } from '@parley/contracts'
import type { SequencerKey } from '@parley/protocol/light'
import { type Address, hexToBytes } from 'viem'
import type { Deployment } from '../build/conversation.ts'
import type { L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import type { RollupParameters } from './parameters.ts'

/** A deployment as its contracts have it: what names it in signatures, and where its parts are. */
export interface DeploymentOnL2 extends Deployment {
  /** Contract that takes deposits, the address that `inbox` is the bytes of. */
  readonly inboxAddress: Address
  /** Who signs which headers. */
  readonly keys: readonly SequencerKey[]
  /** L2 block before which nothing of it is. */
  readonly deploymentBlock: bigint
}

/** Reads what an application must know of a rollup. @throws {ClientError} `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`. */
export async function getDeployment(client: L2Client, { rollup }: RollupParameters): Promise<DeploymentOnL2> {
  const contract = { address: rollup, abi: rollupAbi, args: [] } as const
  const [found, keys] = await Promise.all([
    read(client, { ...contract, functionName: 'parameters' }),
    read(client, { ...contract, functionName: 'sequencers' }),
  ])
  return {
    chainId: found.chainId,
    inbox: hexToBytes(found.inbox),
    inboxAddress: found.inbox,
    keys: keys.map(({ from, key, receiptKey, bondOwner }) => ({
      from,
      key: hexToBytes(key),
      receiptKey: hexToBytes(receiptKey),
      bondOwner: hexToBytes(bondOwner),
    })),
    deploymentBlock: found.deploymentBlock,
  }
}

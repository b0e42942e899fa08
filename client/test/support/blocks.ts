import { createHash } from 'node:crypto'
import {
  type BlockHeader,
  BlockHeaderType,
  domainSeparator,
  firstSchedule,
  headerDigest,
  ownerAddress,
  runsRoot,
  type SealedBlock,
  signDigestRecoverable,
} from '@parley/protocol'

export const digestOf = (text: string): Uint8Array => new Uint8Array(createHash('sha256').update(text).digest())

export const deployment = { chainId: 901n, inbox: digestOf('inbox').subarray(12) }
const secret = digestOf('sequencer')
export const sequencer = ownerAddress(secret)
export const keys = async () => firstSchedule(sequencer, { minPrice: 1n, target: 1n, fraction: 1n }).keys

export function sign(header: BlockHeader): Uint8Array {
  return signDigestRecoverable(secret, headerDigest(domainSeparator(deployment.chainId, deployment.inbox), header))
}

/** The block after `parent`: one withdrawal in shard 1, executed by nobody. */
export function sealAfter(parent: BlockHeader | undefined): SealedBlock {
  const number = (parent?.number ?? 0n) + 1n
  const value = { shard: 1, account: 0, nonce: number, amount: 1n }
  const postRoot = digestOf(`root ${number}`)
  const body = { selector: 1 as const, value: { selector: 4 as const, value } }
  const runs = [{ shard: 1, segments: [{ preRoot: digestOf(`root ${number - 1n}`), body, postRoot }], postRoot }]
  const header: BlockHeader = {
    number,
    parent: parent === undefined ? new Uint8Array(32) : BlockHeaderType.hashTreeRoot(parent),
    timestamp: 1_700_000_000_000n + 500n * number,
    lineage: digestOf('lineage'),
    inboxCount: 0n,
    segmentCount: number,
    inboxHash: new Uint8Array(32),
    prices: { coreByte: 1n, witnessByte: 1n, settlement: 1n, stateByte: 1n },
    runsRoot: runsRoot(runs),
    stateRoot: digestOf(`state ${number}`),
  }
  return {
    block: { header, runs },
    witness: [[[new Uint8Array([...digestOf('r'), ...digestOf('s')])]]],
    signature: sign(header),
  }
}

import {
  type BlockHeader,
  BlockHeaderType,
  type Bytes20,
  type ChainConfig,
  domainSeparator,
  genesisHeader,
  type SettlementReader,
  sameBytes,
  sequencerAt,
} from '@parley/protocol'
import { type BytesLevel, checksummed, durable, keyOf, unchecksummed } from '@parley/runtime/level'
import { olderCopy, SequencerError } from '../faults.ts'
import { hexOf } from '../hex.ts'
import { assertSealedHere, type SealedRoot } from './finality.ts'

export interface ChainCheck {
  readonly config: ChainConfig
  readonly settlement: SettlementReader
  readonly store: BytesLevel
  /** Address of the key that signs headers. */
  readonly sequencer: Bytes20
}

export interface ClaimCheck {
  readonly settlement: SettlementReader
  readonly sealedRoot: SealedRoot
  /** Number of the last block stored here. */
  readonly head: bigint
}

const chainKey = keyOf('chain')

/** EIP-712 separator and genesis root: two deployments have at least one of them different. */
function identityOf(config: ChainConfig): Uint8Array {
  const identity = new Uint8Array(64)
  identity.set(domainSeparator(config.chainId, config.inbox))
  identity.set(BlockHeaderType.hashTreeRoot(genesisHeader(config)), 32)
  return identity
}

function assertSame(field: string, expected: Uint8Array, received: Uint8Array): void {
  if (!sameBytes(expected, received))
    throw new SequencerError({ code: 'CHAIN_MISMATCH', field, expected: hexOf(expected), received: hexOf(received) })
}

/**
 * Checks before the first block that store, key and config belong to the deployment on the L2.
 * @returns the last header claimed.
 * @throws {SequencerError} `CHAIN_MISMATCH`, `SIGNER_MISMATCH`, `STORE_CORRUPT`.
 * @throws {SettlementError} when the L2 does not answer.
 */
export async function assertChain(check: ChainCheck, signal: AbortSignal): Promise<BlockHeader> {
  const { config, settlement, sequencer } = check
  const identity = identityOf(config)
  assertSame('config', identityOf(await settlement.config(signal)), identity)
  assertSame(
    'genesis',
    BlockHeaderType.hashTreeRoot(await settlement.genesis(signal)),
    BlockHeaderType.hashTreeRoot(genesisHeader(config)),
  )
  const head = await settlement.head(signal)
  const { keys } = await settlement.schedule(signal)
  const expected = sequencerAt(keys, head.lastHeader.number + 1n).key
  if (!sameBytes(expected, sequencer))
    throw new SequencerError({ code: 'SIGNER_MISMATCH', expected, received: sequencer })
  await assertStoredChain(check.store, identity)
  return head.lastHeader
}

/**
 * Checks that the last claimed block was sealed here.
 * @throws {SequencerError} `COPY_OLDER`, `CLAIM_CONTRADICTS`. @throws {SettlementError} when the L2 does not answer.
 */
export async function assertClaimedHere(
  { settlement, sealedRoot, head }: ClaimCheck,
  signal: AbortSignal,
): Promise<void> {
  const { rescued, lastHeader } = await settlement.head(signal)
  // Nobody sealed what a rescue claimed: it is taken in later, and compared then.
  if (rescued) return
  const { lineage, number } = lastHeader
  if (number > head && (await sealedRoot(lineage, number)) === undefined)
    throw olderCopy('the last claim on the L2', number, head)
  await assertSealedHere(sealedRoot, lastHeader)
}

async function assertStoredChain(store: BytesLevel, identity: Uint8Array): Promise<void> {
  const stored = await store.get(chainKey)
  if (stored === undefined) {
    await store.batch([{ type: 'put', key: chainKey, value: checksummed(chainKey, identity) }], durable)
    return
  }
  const content = unchecksummed(chainKey, stored)
  if (content === undefined)
    throw new SequencerError({ code: 'STORE_CORRUPT', what: 'chain', number: 0n, reason: 'the checksum does not hold' })
  assertSame('store', identity, content)
}

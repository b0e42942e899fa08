import {
  BlockHeaderType,
  type Bytes20,
  type Bytes32,
  type ChainConfig,
  domainSeparator,
  genesisHeader,
  type SettlementReader,
  sameBytes,
} from '@parley/protocol'
import { SequencerError } from '../faults.ts'
import { hexOf } from '../http/ssz-json.ts'
import { type BytesLevel, checksummed, durable, keyOf, unchecksummed } from '../level.ts'
import { demandSealedHere } from './finality.ts'

export interface ChainCheck {
  readonly config: ChainConfig
  readonly settlement: SettlementReader
  readonly store: BytesLevel
  /** Address of the key that signs headers. */
  readonly sequencer: Bytes20
  readonly sealedRoot: (lineage: Bytes32, number: bigint) => Promise<Bytes32 | undefined>
}

const chainKey = keyOf('chain')

/** EIP-712 separator and genesis root: two deployments have at least one of them different. */
function identityOf(config: ChainConfig): Uint8Array {
  const identity = new Uint8Array(64)
  identity.set(domainSeparator(config.chainId, config.inbox))
  identity.set(BlockHeaderType.hashTreeRoot(genesisHeader(config)), 32)
  return identity
}

function demandSame(field: string, expected: Uint8Array, received: Uint8Array): void {
  if (!sameBytes(expected, received))
    throw new SequencerError({ code: 'CHAIN_MISMATCH', field, expected: hexOf(expected), received: hexOf(received) })
}

/**
 * Checks before the first block that store, key and config belong to the deployment on the L2, that its lineage is the
 * one sealed in, and that every claimed block was sealed from this store.
 * @throws {SequencerError} `CHAIN_MISMATCH`, `SIGNER_MISMATCH`, `LINEAGE_CHANGED`, `CLAIM_CONTRADICTS`, `STORE_CORRUPT`.
 * @throws {SettlementError} when the L2 does not answer.
 */
export async function demandChain(check: ChainCheck, signal: AbortSignal): Promise<void> {
  const { config, settlement, sequencer, sealedRoot } = check
  const identity = identityOf(config)
  demandSame('config', identityOf(await settlement.config(signal)), identity)
  demandSame(
    'genesis',
    BlockHeaderType.hashTreeRoot(await settlement.genesis(signal)),
    BlockHeaderType.hashTreeRoot(genesisHeader(config)),
  )
  const expected = await settlement.sequencer(signal)
  if (!sameBytes(expected, sequencer))
    throw new SequencerError({ code: 'SIGNER_MISMATCH', expected, received: sequencer })
  await demandStoredChain(check.store, identity)
  const lineage = await settlement.lineage(signal)
  if (!sameBytes(lineage, config.genesis.lineage))
    throw new SequencerError({ code: 'LINEAGE_CHANGED', expected: config.genesis.lineage, received: lineage })
  await demandSealedHere({ lineage, sealedRoot }, (await settlement.head(signal)).lastHeader)
}

async function demandStoredChain(store: BytesLevel, identity: Uint8Array): Promise<void> {
  const stored = await store.get(chainKey)
  if (stored === undefined) {
    await store.batch([{ type: 'put', key: chainKey, value: checksummed(chainKey, identity) }], durable)
    return
  }
  const content = unchecksummed(chainKey, stored)
  if (content === undefined)
    throw new SequencerError({ code: 'STORE_CORRUPT', what: 'chain', number: 0n, reason: 'the checksum does not hold' })
  demandSame('store', identity, content)
}

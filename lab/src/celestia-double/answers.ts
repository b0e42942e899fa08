import { blobCommitment, userNamespace } from '@parley/da-adapters/celestia'
import { Chain } from './chain/chain.ts'
import { payForBlobs } from './chain/payment.ts'
import { encodeBlock, encodeCommitmentProof, encodeNamespaceParts } from './rpc/encoding.ts'
import { namespaceParts } from './square/proofs.ts'

/** Answers of the double's node about one block with a blob of several shares, for the fuzzer. */
export function celestiaAnswers() {
  const chain = new Chain({ chainId: 'parley-double', now: () => 1_800_000_000_000, keepBlocks: 10 })
  const namespace = userNamespace(Buffer.from('fuzz-space'))
  const blobs = [{ namespace, data: new Uint8Array(2_000).fill(7) }]
  void chain.add(payForBlobs(blobs, { signer: 'celestia1', sequence: 1n, gas: 100_000, fee: 400n }))
  const block = chain.produce()
  const [placed] = block.square.original.blobs
  if (placed === undefined) throw new RangeError('the block has no blob')
  return {
    blob: { namespace, commitment: blobCommitment(placed.blob), shares: placed.shares },
    header: encodeBlock(block, chain.validators),
    proof: encodeCommitmentProof(block, placed),
    namespaceData: encodeNamespaceParts(namespaceParts(block.square, namespace)),
  }
}

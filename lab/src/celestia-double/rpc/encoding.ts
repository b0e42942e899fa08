import { type Blob, blobCommitment, type NmtProof } from '@parley/da-adapters/celestia'
import type { Block } from '../chain/chain.ts'
import type { BlockName, BlockTime } from '../chain/comet-header.ts'
import { flagCommit } from '../chain/comet-header.ts'
import type { Validator } from '../chain/validators.ts'
import { commitmentProofOf, type NamespacePart } from '../square/proofs.ts'
import type { PlacedBlob } from '../square/square.ts'

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase()

/** Go leaves out what is zero. */
const unlessZero = (name: string, value: number, write: (value: number) => unknown = Number) =>
  value === 0 ? {} : { [name]: write(value) }

export function encodeBlock({ header, name, commit, square }: Block, validators: readonly Validator[]) {
  const proposer = validators.find(({ address }) => Buffer.compare(address, header.proposer) === 0)
  return {
    header: {
      version: { block: `${header.version.block}`, app: `${header.version.app}` },
      chain_id: header.chainId,
      height: `${header.height}`,
      time: encodeTime(header.time),
      last_block_id: encodeName(header.lastBlock),
      last_commit_hash: hex(header.lastCommitHash),
      data_hash: hex(header.dataHash),
      validators_hash: hex(header.validatorsHash),
      next_validators_hash: hex(header.nextValidatorsHash),
      consensus_hash: hex(header.consensusHash),
      app_hash: hex(header.appHash),
      last_results_hash: hex(header.lastResultsHash),
      evidence_hash: hex(header.evidenceHash),
      proposer_address: hex(header.proposer),
    },
    validator_set: {
      validators: validators.map(encodeValidator),
      proposer: proposer === undefined ? null : encodeValidator(proposer),
    },
    commit: {
      height: Number(header.height),
      round: 0,
      block_id: encodeName(name),
      signatures: commit.map(({ address, time, signature }) => ({
        block_id_flag: flagCommit,
        validator_address: hex(address),
        timestamp: encodeTime(time),
        signature: base64(signature),
      })),
    },
    dah: { row_roots: square.roots.rows.map(base64), column_roots: square.roots.columns.map(base64) },
  }
}

const encodeName = ({ hash, parts }: BlockName) => {
  return { hash: hex(hash), parts: { total: parts.total, hash: hex(parts.hash) } }
}

/** RFC 3339 with as many digits of the second as there are. */
function encodeTime({ seconds, nanos }: BlockTime): string {
  return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1e6)).toISOString()
}

function encodeValidator({ address, publicKey, power }: Validator) {
  return {
    address: hex(address),
    pub_key: { type: 'tendermint/PubKeyEd25519', value: base64(publicKey) },
    voting_power: `${power}`,
    proposer_priority: '0',
  }
}

/** `index` is a place in the extended square, whose rows are twice as long. */
export function encodeBlob({ blob, start }: PlacedBlob, half: number) {
  return {
    namespace: base64(blob.namespace),
    data: base64(blob.data),
    share_version: blob.signer === undefined ? 0 : 1,
    commitment: base64(blobCommitment(blob)),
    ...(blob.signer === undefined ? {} : { signer: base64(blob.signer) }),
    index: Math.floor(start / half) * 2 * half + (start % half),
  }
}

function encodeNmtProof({ start, end, nodes, leafHash }: NmtProof) {
  return {
    ...unlessZero('start', start),
    end,
    nodes: nodes.map(base64),
    ...(leafHash === undefined ? {} : { leaf_hash: base64(leafHash) }),
    is_max_namespace_ignored: true,
  }
}

export function encodeCommitmentProof({ square }: Block, placed: PlacedBlob) {
  const proof = commitmentProofOf(square, placed)
  const { namespace }: Blob = placed.blob
  return {
    subtree_roots: proof.subtreeRoots.map(base64),
    subtree_root_proofs: proof.subtreeRootProofs.map(encodeNmtProof),
    namespace_id: base64(namespace.subarray(1)),
    row_proof: {
      row_roots: proof.rowRoots.map(base64),
      proofs: proof.rowProofs.map(({ total, index, leafHash, aunts }) => ({
        total: `${total}`,
        ...unlessZero('index', index, String),
        leaf_hash: base64(leafHash),
        aunts: aunts.map(base64),
      })),
      ...unlessZero('start_row', proof.startRow),
      ...unlessZero('end_row', proof.endRow),
    },
    namespace_version: namespace[0],
  }
}

export function encodeNamespaceParts(parts: readonly NamespacePart[]) {
  return parts.map(({ shares, proof }) => {
    return { shares: shares.length === 0 ? null : shares.map(base64), proof: encodeNmtProof(proof) }
  })
}

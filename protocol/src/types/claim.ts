import type { Bytes20, Bytes32 } from '../ssz/primitives.ts'
import type { BlockHeader } from './block.ts'

/** Where one part of a batch lies: a DA layer's number and that layer's own pointer. */
export interface DataPart {
  /** One of {@link DaLayer}. */
  readonly layer: number
  /** At most {@link maxPointerBytes} bytes; only its layer understands it. */
  readonly pointer: Uint8Array
}

/** Numbers of the DA layers in claims; never reused. */
export const DaLayer = { local: 0, ethereumBlobs: 1, celestia: 2, committee: 3, calldata: 4, altDa: 5 } as const

/** Name of a layer for people, as configuration spells it. @param layer - A number as claims have it, known or not. */
export function daLayerName(layer: number): string {
  const found = Object.entries(DaLayer).find(([, number]) => number === layer)
  return found === undefined ? `layer ${layer}` : found[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** Bytes of a pointer at most: a height and the versioned hashes of 30 blobs fit. */
export const maxPointerBytes = 1024

/** Windows of a claim in seconds, copied into it so that a change of parameters never touches an open claim. */
export interface Windows {
  /** From the claim to finality when nothing is asked. */
  readonly challenge: number
  /** From the claim, while data may be asked for. */
  readonly data: number
  /** From a data challenge to its last answer. */
  readonly answer: number
  /** From the last answer to finality. */
  readonly proof: number
}

/** What is claimed on the L2 of one batch. `Rollup` stores its hash. */
export interface BatchClaim {
  /** Place in the order of claims; the genesis claim is 0. */
  readonly number: bigint
  /** Hash of the claim before it. */
  readonly parent: Bytes32
  readonly lineage: Bytes32
  /** hash_tree_root of the core and of the witness, whatever their encoding on the DA layer. */
  readonly coreRoot: Bytes32
  readonly witnessRoot: Bytes32
  readonly lastHeader: BlockHeader
  readonly core: DataPart
  readonly witness: DataPart
  readonly windows: Windows
  readonly claimer: Bytes20
  /** L2 time of the claim, in seconds. */
  readonly claimedAt: bigint
}

/** The items of one shard that a rescue executes: the whole data of its claim, beside the header. */
export interface RescuedRun {
  readonly shard: number
  readonly items: readonly { readonly preRoot: Bytes32; readonly item: bigint; readonly postRoot: Bytes32 }[]
}

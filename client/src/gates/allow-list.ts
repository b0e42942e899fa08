import { allowListGateAbi } from '@parley/contracts'
import { type Address, concatHex, encodeAbiParameters, type Hash, type Hex, keccak256, zeroHash } from 'viem'
import { ClientError } from '../faults.ts'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client, WriteParameters } from '../l2/client.ts'
import { write } from '../l2/write.ts'
import type { GateParameters } from './parameters.ts'

/** A list of senders as a Merkle tree: its root for the chain, and a proof for each of them. */
export interface AllowList {
  /** 0 when the list is empty: nobody is let pass. */
  readonly root: Hex
  /** What `sender` sends along as `gateData`. @throws {ClientError} `ARGUMENT_INVALID` when it is not on the list. */
  dataOf(sender: Address): Hex
}

const leafOf = (sender: Address): Hex => keccak256(keccak256(encodeAbiParameters([{ type: 'address' }], [sender])))
const parentOf = (a: Hex, b: Hex): Hex => keccak256(a < b ? concatHex([a, b]) : concatHex([b, a]))

/** Makes an allow list out of senders; their order means nothing. @throws {ClientError} `ARGUMENT_INVALID`. */
export function allowListOf(senders: readonly Address[]): AllowList {
  for (const [i, sender] of senders.entries()) assertAddress(`senders[${i}]`, sender)
  const leaves = [...new Set(senders.map(leafOf))].sort()
  const layers = [leaves]
  for (let layer = leaves; layer.length > 1; layers.push(layer)) layer = pairsOf(layer)
  return {
    root: layers.at(-1)?.[0] ?? zeroHash,
    dataOf(sender) {
      const leaf = leaves.indexOf(leafOf(sender))
      if (leaf < 0) throw new ClientError({ code: 'ARGUMENT_INVALID', field: 'sender', reason: 'is not on the list' })
      // A node without a neighbour goes up as it is, and has none in the proof.
      const proof = layers.flatMap((layer, height) => layer[(leaf >> height) ^ 1] ?? [])
      return encodeAbiParameters([{ type: 'bytes32[]' }], [proof])
    },
  }
}

function pairsOf(layer: readonly Hex[]): Hex[] {
  const parents: Hex[] = []
  for (let i = 0; i < layer.length; i += 2) {
    const [left, right] = [layer[i] as Hex, layer[i + 1]]
    parents.push(right === undefined ? left : parentOf(left, right))
  }
  return parents
}

export interface SetAllowListParameters extends GateParameters, WriteParameters {
  /** Root of an `AllowList`; 0 lets nobody pass. */
  readonly root: Hex
}

/** Sets the list of the sender's inbox at an allow-list gate. @throws {ClientError} what every writing action throws. */
export async function setAllowList(client: L2Client, parameters: SetAllowListParameters): Promise<Hash> {
  const { gate, root } = parameters
  return write(client, { address: gate, abi: allowListGateAbi, functionName: 'setRoot', args: [root] }, parameters)
}

import type { CelestiaNode } from './celestia-node.ts'
import type { CelestiaHeader } from './decoding.ts'
import { NodeFault } from './node-fault.ts'

/** The node, held to one network: a header of another chain id is a fault, whatever was asked. */
export function inNetwork(node: CelestiaNode, chainId: string): CelestiaNode {
  const checked = (header: CelestiaHeader): CelestiaHeader => {
    if (header.chainId === chainId) return header
    const found = header.chainId.slice(0, 50)
    throw new NodeFault('refused', `the node is of the network ${found}, configured is ${chainId}`)
  }
  return {
    ...node,
    head: async (signal) => checked(await node.head(signal)),
    header: async (height, signal) => checked(await node.header(height, signal)),
  }
}

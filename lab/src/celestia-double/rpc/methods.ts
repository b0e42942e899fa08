import { blobCommitment } from '@parley/da-adapters/celestia'
import type { Block, Chain } from '../chain/chain.ts'
import { gasFor, minGasPrice, payForBlobs } from '../chain/payment.ts'
import { namespaceParts } from '../square/proofs.ts'
import type { PlacedBlob } from '../square/square.ts'
import { encodeBlob, encodeBlock, encodeCommitmentProof, encodeNamespaceParts } from './encoding.ts'
import { blobsOf, bytesOf, configOf, heightOf, namespaceOf, namespacesOf } from './parameters.ts'
import { RpcError } from './rpc-error.ts'

/** A method of celestia-node with the level that a token must have and its exact number of parameters. */
export interface Method {
  readonly level: 'read' | 'write'
  readonly arity: number
  call(params: readonly unknown[]): unknown
}

/** Account of the double: a name, for nobody holds its key. */
export const accountAddress = 'celestia1double0000000000000000000000000double'

/** What the account has and how often it sent. */
export interface Account {
  /** In utia. */
  balance: bigint
  sequence: bigint
}

/** Bytes of one transaction at most. */
const maxTransactionBytes = 8_388_608

/** The methods of celestia-node that a client of blobs uses, over a chain. */
export function methodsOver(chain: Chain, account: Account): ReadonlyMap<string, Method> {
  const blockAt = (height: bigint): Block => {
    if (height > chain.head)
      throw new RpcError(
        `header: given height is from the future: networkHeight: ${chain.head}, requestedHeight: ${height}`,
      )
    const block = chain.block(height)
    if (block === undefined) throw new RpcError(`requested header (${height}) is below Tail (${chain.tail})`)
    return block
  }
  const header = (block: Block) => encodeBlock(block, chain.validators)
  const find = (block: Block, [, namespace, commitment]: readonly unknown[]): PlacedBlob => {
    const wanted = [namespaceOf(namespace), bytesOf(commitment, 'commitment', 32)] as const
    const found = block.square.original.blobs.find(({ blob }) => {
      if (Buffer.compare(blob.namespace, wanted[0]) !== 0) return false
      return Buffer.compare(blobCommitment(blob), wanted[1]) === 0
    })
    if (found === undefined) throw new RpcError('blob: not found')
    return found
  }
  const submit = async ([given, options]: readonly unknown[]): Promise<number> => {
    const blobs = blobsOf(given)
    const { gasPrice = minGasPrice, gas = gasFor(blobs) } = configOf(options)
    const fee = BigInt(Math.ceil(gas * gasPrice))
    const least = BigInt(Math.ceil(gas * minGasPrice))
    if (fee < least) throw new RpcError(`insufficient fees; got: ${fee}utia required: ${least}utia: insufficient fee`)
    if (gas < gasFor(blobs)) throw new RpcError(`out of gas in location: ReadFlat; gasWanted: ${gas}: out of gas`)
    if (account.balance < fee)
      throw new RpcError(`spendable balance ${account.balance}utia is smaller than ${fee}utia: insufficient funds`)
    const bytes = payForBlobs(blobs, { signer: accountAddress, sequence: account.sequence, gas, fee })
    if (bytes.length > maxTransactionBytes)
      throw new RpcError(`tx size ${bytes.length} bytes is larger than the application's configured MaxTxSize`)
    account.balance -= fee
    account.sequence += 1n
    return Number(await chain.add(bytes))
  }
  const method = (level: Method['level'], arity: number, call: Method['call']): Method => ({ level, arity, call })
  return new Map<string, Method>([
    ['node.Ready', method('read', 0, () => true)],
    ['state.AccountAddress', method('read', 0, () => accountAddress)],
    ['state.Balance', method('read', 0, () => ({ denom: 'utia', amount: `${account.balance}` }))],
    ['header.LocalHead', method('read', 0, () => header(blockAt(chain.head)))],
    ['header.NetworkHead', method('read', 0, () => header(blockAt(chain.head)))],
    ['header.Tail', method('read', 0, () => header(blockAt(chain.tail)))],
    ['header.GetByHeight', method('read', 1, ([height]) => header(blockAt(heightOf(height))))],
    [
      'blob.Get',
      method('read', 3, (params) => {
        const block = blockAt(heightOf(params[0]))
        return encodeBlob(find(block, params), block.square.width / 2)
      }),
    ],
    [
      'blob.GetAll',
      method('read', 2, ([height, namespaces]) => {
        const block = blockAt(heightOf(height))
        const wanted = new Set(namespacesOf(namespaces).map((each) => Buffer.from(each).toString('hex')))
        const found = block.square.original.blobs.filter(({ blob }) =>
          wanted.has(Buffer.from(blob.namespace).toString('hex')),
        )
        return found.length === 0 ? null : found.map((blob) => encodeBlob(blob, block.square.width / 2))
      }),
    ],
    [
      'blob.GetCommitmentProof',
      method('read', 3, (params) => {
        const block = blockAt(heightOf(params[0]))
        return encodeCommitmentProof(block, find(block, params))
      }),
    ],
    [
      'share.GetNamespaceData',
      method('read', 2, ([height, namespace]) =>
        encodeNamespaceParts(namespaceParts(blockAt(heightOf(height)).square, namespaceOf(namespace))),
      ),
    ],
    ['blob.Submit', method('write', 2, submit)],
  ])
}

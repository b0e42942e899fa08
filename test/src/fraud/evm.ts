import { pagesAbi, pagesBytecode, signatureProofAbi } from '@parley/contracts'
import { recordedQueueAbi, recordedQueueBytecode } from '@parley/contracts/recorded-queue'
import { devMnemonic, startAnvil } from '@parley/lab'
import { type Bytes32, InboxItemKind, InboxItemType, type Prices, type QueuedItem, shardOfItem } from '@parley/protocol'
import { type Proof, ProofKind, type Surroundings } from '@parley/protocol/fraud'
import { systemClock } from '@parley/runtime'
import { pino } from 'pino'
import {
  type Abi,
  BaseError,
  bytesToHex,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  hexToBigInt,
  hexToBytes,
  http,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { caseArgument, hexFields, type ProofCase, type VerifiedKind, verifiers } from './verifiers.ts'

/** What a verifier said: its verdict, or the name of the error it reverted with. */
export type Verdict = 'wrong' | string

/** An EVM in which the verifiers stand. */
export interface Evm {
  /** Bytes of each verifier's code, by its name. */
  readonly sizes: Readonly<Record<string, number>>
  check(proofCase: ProofCase, proof: Proof): Promise<Verdict>
  /** As `check`, with so much gas; a failure of any kind is no verdict. */
  checkWithin(gas: bigint, proofCase: ProofCase, proof: Proof): Promise<boolean>
  /** Gas of a transaction that makes this call, intrinsic gas and calldata included. */
  gasOf(proofCase: ProofCase, proof: Proof): Promise<bigint>
  /** Root after a segment; undefined where its body is invalid. */
  execute(
    kind: VerifiedKind,
    around: Surroundings,
    preRoot: Bytes32,
    body: Uint8Array,
    witness: Uint8Array,
  ): Promise<Bytes32 | undefined>
  /** `right` if `data` is what stands at the place of the part that has `root`; or the error's name. */
  answer(root: Bytes32, blocks: number, place: PagePlace, data: Uint8Array): Promise<string>
  /** How many pages an answer that is right shows its block to have. */
  pagesShown(root: Bytes32, blocks: number, place: PagePlace, data: Uint8Array): Promise<number>
  /** Whether `data` is taken with so much gas; a failure of any kind is no verdict. */
  answerWithin(gas: bigint, root: Bytes32, blocks: number, place: PagePlace, data: Uint8Array): Promise<boolean>
  /** As `gasOf`, of an answer that is taken. */
  gasOfAnswer(root: Bytes32, blocks: number, place: PagePlace, data: Uint8Array): Promise<bigint>
  /** Puts a queue on the chain. @returns its address. */
  recordQueue(items: readonly QueuedItem[], genesis: Prices): Promise<Hex>
  /** What the contract says of a member's signature, its key's hint given. */
  holdsForMember(key: Bytes32, hint: Bytes32, digest: Bytes32, signature: Uint8Array): Promise<boolean>
  holdsForOwner(owner: Uint8Array, digest: Bytes32, signature: Uint8Array): Promise<boolean>
  stop(): Promise<void>
}

/** As `Pages` takes it: part 0 is the core, 1 the witness; block = the number of blocks is the list of their roots. */
export interface PagePlace {
  readonly part: number
  readonly block: number
  readonly page: number
}

const account = mnemonicToAccount(devMnemonic)
/** Of one transaction (EIP-7825). */
const mostGas = 16_777_216n

const startChain = () =>
  startAnvil(
    { clock: systemClock, log: pino({ level: 'silent' }) },
    {
      family: 'ethereum',
      chainId: 901,
      hardfork: 'prague',
      mining: { kind: 'automine' },
      mnemonic: devMnemonic,
      accounts: 1,
      safeAfterBlocks: 1,
      gasLimit: 30_000_000n,
      readyWithinMs: 20_000,
    },
    new AbortController().signal,
  )

/**
 * Starts a chain and deploys the verifiers on it.
 * @param planted - Bytecode by a verifier's name that takes the place of the committed one, to see that its bugs are found.
 */
export async function startEvm(planted: ReadonlyMap<string, Hex> = new Map()): Promise<Evm> {
  const chain = await startChain()
  // A call takes milliseconds, but this thread and the machine may be busy for long.
  const transport = http(chain.url, { retryCount: 0, timeout: 60_000 })
  const client = createPublicClient({ transport, cacheTime: 0, pollingInterval: 20 })
  const wallet = createWalletClient({ account, transport })
  const deploy = async (abi: Abi, bytecode: Hex): Promise<Hex> => {
    const hash = await wallet.deployContract({ abi, bytecode, chain: null })
    const { contractAddress } = await client.waitForTransactionReceipt({ hash })
    if (typeof contractAddress !== 'string') throw new Error('a contract was not deployed')
    return contractAddress
  }
  const addresses = new Map<number, Hex>()
  const sizes: Record<string, number> = {}
  for (const [kind, { name, abi, bytecode }] of Object.entries(verifiers)) {
    const address = await deploy(abi, planted.get(name) ?? bytecode)
    addresses.set(Number(kind), address)
    sizes[name] = ((await client.getCode({ address }))?.length ?? 2) / 2 - 1
  }
  const pages = await deploy(pagesAbi as Abi, planted.get('Pages') ?? pagesBytecode)
  sizes.Pages = ((await client.getCode({ address: pages }))?.length ?? 2) / 2 - 1
  const of = (kind: number) => {
    const address = addresses.get(kind)
    if (address === undefined) throw new Error(`no verifier of kind ${kind}`)
    return { address, abi: verifiers[kind as VerifiedKind].abi }
  }
  const call = (proofCase: ProofCase, { kind, bytes }: Proof) =>
    ({ ...of(kind), functionName: 'check', args: [caseArgument(proofCase), bytesToHex(bytes)] }) as const
  const pagesCall = (root: Bytes32, blocks: number, { part, block, page }: PagePlace, data: Uint8Array) =>
    ({
      address: pages,
      abi: pagesAbi,
      functionName: 'check',
      args: [bytesToHex(root), BigInt(blocks), { part, block_: block, page }, bytesToHex(data)],
    }) as const
  const answersWithin = async (gas: bigint, to: Hex, data: Hex): Promise<boolean> => {
    try {
      return (await client.call({ to, data, gas })).data !== undefined
    } catch (error) {
      if (error instanceof BaseError) return false
      throw error
    }
  }
  const signatures = { ...of(ProofKind.signature), abi: signatureProofAbi }
  return {
    sizes,
    async check(proofCase, proof) {
      try {
        await client.readContract(call(proofCase, proof))
        return 'wrong'
      } catch (error) {
        return revertName(error)
      }
    },
    checkWithin(gas, proofCase, proof) {
      const { address, ...asked } = call(proofCase, proof)
      return answersWithin(gas, address, encodeFunctionData(asked))
    },
    async gasOf(proofCase, proof) {
      const hash = await wallet.writeContract({ ...call(proofCase, proof), chain: null, gas: mostGas })
      return (await client.waitForTransactionReceipt({ hash })).gasUsed
    },
    async execute(kind, around, preRoot, body, witness) {
      const args = [around, preRoot, body, witness].map(hexFields)
      const answer = await client.readContract({ ...of(kind), functionName: 'execute', args })
      const [valid, postRoot] = answer as readonly [boolean, Hex]
      return valid ? hexToBytes(postRoot) : undefined
    },
    async answer(root, blocks, place, data) {
      try {
        await client.readContract(pagesCall(root, blocks, place, data))
        return 'right'
      } catch (error) {
        return revertName(error)
      }
    },
    async pagesShown(root, blocks, place, data) {
      const [, pages] = await client.readContract(pagesCall(root, blocks, place, data))
      return pages
    },
    answerWithin(gas, root, blocks, place, data) {
      const { address, ...asked } = pagesCall(root, blocks, place, data)
      return answersWithin(gas, address, encodeFunctionData(asked))
    },
    async gasOfAnswer(root, blocks, place, data) {
      const hash = await wallet.writeContract({ ...pagesCall(root, blocks, place, data), chain: null, gas: mostGas })
      const { status, gasUsed } = await client.waitForTransactionReceipt({ hash })
      if (status !== 'success') throw new Error('the answer is refused')
      return gasUsed
    },
    async recordQueue(items, genesis) {
      const address = await deploy(recordedQueueAbi as Abi, recordedQueueBytecode)
      const args = [queueItems(items), pricePoints(items, genesis)]
      const hash = await wallet.writeContract({
        address,
        abi: recordedQueueAbi as Abi,
        functionName: 'record',
        args,
        chain: null,
      })
      await client.waitForTransactionReceipt({ hash })
      return address
    },
    holdsForMember: (key, hint, digest, signature) =>
      client.readContract({
        ...signatures,
        functionName: 'holdsForMember',
        args: [bytesToHex(key), hexToBigInt(bytesToHex(hint)), bytesToHex(digest), ...scalarsOf(signature)],
      }),
    holdsForOwner: (owner, digest, signature) =>
      client.readContract({
        ...signatures,
        functionName: 'holdsForOwner',
        args: [bytesToHex(owner), bytesToHex(digest), ...scalarsOf(signature)],
      }),
    stop: chain.stop,
  }
}

const queueItems = (items: readonly QueuedItem[]) =>
  items.map(({ item, time, inboxHash }) => ({
    root: bytesToHex(InboxItemType.hashTreeRoot(item)),
    time: time / 1000n,
    shard: shardOfItem(item) ?? 255,
    inboxHash: bytesToHex(inboxHash),
  }))

/** Prices and the number of items from which on they hold. */
export function pricePoints(items: readonly QueuedItem[], genesis: Prices): { count: bigint; prices: Prices }[] {
  const later = items.flatMap(({ item, index }) =>
    item.selector === InboxItemKind.prices ? [{ count: index + 1n, prices: item.value }] : [],
  )
  return [{ count: 0n, prices: genesis }, ...later]
}

const scalarsOf = (signature: Uint8Array): [Hex, Hex] => [
  bytesToHex(signature.subarray(0, 32)),
  bytesToHex(signature.subarray(32)),
]

function revertName(error: unknown): string {
  const found =
    error instanceof BaseError ? error.walk((cause) => cause instanceof ContractFunctionRevertedError) : null
  if (!(found instanceof ContractFunctionRevertedError)) throw error
  return found.data?.errorName ?? found.signature ?? found.reason ?? 'reverted without a reason'
}

import { CliError } from '@parley/cli'
import {
  AccountRole,
  address,
  appendTransactionMessageInstruction,
  createKeyPairSignerFromPrivateKeyBytes,
  createTransactionMessage,
  type KeyPairSigner,
  lamports,
  pipe,
  setTransactionMessageFeePayerSigner,
  signTransactionMessageWithSigners,
  type Transaction,
} from '@solana/kit'
import { LiteSVM, TransactionMetadata } from 'litesvm'
import type { Peer } from './evm-peer.ts'
import { deriveLoad, type PeerMessage } from './messages.ts'

/** The SPL memo program, which litesvm brings along: it checks the signers and logs the text. */
const memoProgram = address('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr')
const balance = lamports(10n ** 9n)
const text = new TextEncoder()

/** Signs a transaction of one memo for each message, by an ed25519 key of each member. */
export async function openSvmPeer({
  seed,
  messages,
}: {
  readonly seed: string
  readonly messages: readonly PeerMessage[]
}): Promise<Peer> {
  const derive = deriveLoad(seed)
  const signers = new Map<string, KeyPairSigner>()
  for (const { conversation, member } of messages) {
    const place = `${conversation}/${member}`
    if (!signers.has(place))
      signers.set(place, await createKeyPairSignerFromPrivateKeyBytes(derive('svm key', conversation, member)))
  }
  // Its latest block hash is the same in every fresh machine, so what is signed once can be sent to each.
  const machine = new LiteSVM()
  const transactions: Transaction[] = []
  for (const message of messages) {
    const signer = signers.get(`${message.conversation}/${message.member}`) as KeyPairSigner
    transactions.push(await sign(machine, signer, message))
  }
  return { measure: async () => measure(transactions, [...signers.values()]) }
}

async function sign(
  machine: LiteSVM,
  signer: KeyPairSigner,
  { conversation, member, nonce, content }: PeerMessage,
): Promise<Transaction> {
  const memo = {
    programAddress: memoProgram,
    accounts: [{ address: signer.address, role: AccountRole.READONLY_SIGNER, signer } as const],
    data: text.encode(`${conversation} ${member} ${nonce} ${Buffer.from(content).toString('base64')}`),
  }
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (empty) => setTransactionMessageFeePayerSigner(signer, empty),
    (paid) => machine.setTransactionMessageLifetimeUsingLatestBlockhash(paid),
    (dated) => appendTransactionMessageInstruction(memo, dated),
  )
  return signTransactionMessageWithSigners(message)
}

function measure(transactions: readonly Transaction[], signers: readonly KeyPairSigner[]) {
  const machine = new LiteSVM()
  for (const signer of signers) machine.airdrop(signer.address, balance)
  const started = performance.now()
  let units = 0n
  for (const transaction of transactions) {
    const outcome = machine.sendTransaction(transaction)
    if (!(outcome instanceof TransactionMetadata)) {
      const reason = String(outcome.err())
      throw new CliError({ code: 'ANSWER_INVALID', server: 'litesvm', field: 'outcome', reason })
    }
    units += outcome.computeUnitsConsumed()
  }
  const elapsedMs = performance.now() - started
  return {
    messagesPerSecond: (1_000 * transactions.length) / elapsedMs,
    workPerMessage: Number(units) / transactions.length,
  }
}

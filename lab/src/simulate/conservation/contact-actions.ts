import { type Address, bytesToHex, stringToHex } from 'viem'
import type { RandomStream } from '../../load/seeded.ts'
import { authorizeRegistration } from '../chain/sign.ts'
import { bookIncome, lower, type Maker, oneOf, type World, walletOf } from './world.ts'

const attribute = stringToHex('did/pub/Ed25519/veriKey/hex', { size: 32 })
const year = 31_536_000n

/** What somebody pays for a registration: mostly what it costs. */
function paid({ known }: World, random: RandomStream): bigint {
  const fee = known.registrationFee
  return oneOf(random, [fee, fee, fee, fee + 1n, fee === 0n ? 0n : fee - 1n])
}

/** Everyone registers once, so most attempts after the first are refused; a new address now and then keeps it going. */
export const register: Maker = async (world, random, step) => {
  const payer = lower(oneOf(random, world.people).address)
  const value = paid(world, random)
  const { directory } = world.contracts
  if (random.unit() < 0.3)
    return {
      action: 'register',
      transaction: directory.call(payer, 'register', [[]], value),
      settle: (_, now) => settleRegistration(world, payer, payer, value, now),
    }
  const signer = world.signerOf(step)
  const authorization = await authorizeRegistration(signer, directory.address)
  return {
    action: 'registerBySignature',
    transaction: directory.call(payer, 'registerBySignature', [[], authorization], value),
    settle: (_, now) => settleRegistration(world, payer, lower(signer.address), value, now),
  }
}

function settleRegistration(world: World, payer: Address, identity: Address, value: bigint, now: bigint): void {
  world.ledger.post(walletOf(payer), 'directory fees', value)
  world.known.registeredAt.set(identity, now)
}

export const change: Maker = (world, random, step) => {
  const from = lower(oneOf(random, world.people).address)
  const value = bytesToHex(world.derive('attribute', step % 7))
  const { directory } = world.contracts
  const transaction =
    random.unit() < 0.5
      ? directory.call(from, 'setAttribute', [from, attribute, value, year])
      : directory.call(from, 'revokeAttribute', [from, attribute, value])
  return { action: 'change', transaction, settle: () => undefined }
}

export const collectFees: Maker = (world, random) => {
  const from = lower(oneOf(random, world.people).address)
  return {
    action: 'collectFees',
    transaction: world.contracts.directory.call(from, 'collectFees', []),
    settle: () => {
      // All that lies there, what was forced upon it included.
      for (const account of ['directory fees', 'directory nobody'] as const)
        bookIncome(world, account, world.ledger.balanceOf(account))
    },
  }
}

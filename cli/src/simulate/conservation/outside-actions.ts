import { concatHex } from 'viem'
import { lower, type Maker, oneOf, upTo, walletOf } from './world.ts'

export const setProtocolShare: Maker = (world, random) => {
  const share = random.below(2_002)
  return {
    action: 'setProtocolShare',
    transaction: world.contracts.inbox.call(world.governance, 'setProtocolShare', [share]),
    settle: () => {
      world.known.protocolShare = BigInt(share)
    },
  }
}

export const setRegistrationFee: Maker = (world, random) => {
  const fee = oneOf(random, [0n, 10n ** 9n, 10n ** 12n + upTo(random, 10n ** 15n), 10n ** 18n])
  return {
    action: 'setRegistrationFee',
    transaction: world.contracts.directory.call(world.governance, 'setRegistrationFee', [fee]),
    settle: () => {
      world.known.registrationFee = fee
    },
  }
}

/** PUSH20 … SELFDESTRUCT as the code of a constructor: the only way to pay a contract that takes no ether. */
export const forceEther: Maker = (world, random) => {
  const from = lower(oneOf(random, world.people).address)
  const { inbox, directory } = world.contracts
  const [holder, contract] = oneOf(random, [
    ['inbox', inbox],
    ['directory', directory],
  ] as const)
  const value = upTo(random, 10n ** 12n)
  return {
    action: 'forceEther',
    transaction: { from, data: concatHex(['0x73', contract.address, '0xff']), value },
    settle: () => world.ledger.post(walletOf(from), `${holder} nobody`, value),
  }
}

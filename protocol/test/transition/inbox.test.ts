import { describe, expect, test } from 'vitest'
import {
  type ForcedOperation,
  type InboxItem,
  InboxItemKind,
  messageCharge,
  type Operation,
  OperationKind,
  operationCharge,
  price,
  type Shard,
  ShardType,
  shardOfItem,
} from '../../src/index.ts'
import { applyInboxItem } from '../../src/reference.ts'
import { digestOf, type Signer } from '../support/keys.ts'
import {
  atMs,
  change,
  create,
  fees,
  keys,
  moneyOf,
  owners,
  prices,
  shardIndex,
  sign,
  signMessage,
  standingShard,
} from '../support/world.ts'

const now = 1_000_000n
const nobody = digestOf('nobody').subarray(0, 20)

const forced = (operation: Operation, signers: readonly Signer[], sender: Uint8Array = nobody): InboxItem => {
  const value: ForcedOperation = {
    sender,
    operation,
    signatures: sign(operation, signers, standingShard().conversations[0]),
  }
  return { selector: InboxItemKind.forcedOperation, value }
}

const deposit = (account: number, owner: Uint8Array, amount: bigint): InboxItem => ({
  selector: InboxItemKind.deposit,
  value: { shard: shardIndex, account, owner, amount },
})

const withdraw = (amount: bigint): Operation => ({
  selector: OperationKind.withdraw,
  value: { shard: shardIndex, account: 1, nonce: 0n, amount },
})
const reclaim: Operation = {
  selector: OperationKind.reclaim,
  value: { shard: shardIndex, account: 0, nonce: 0n, conversation: 0, member: 1, amount: 50_000n },
}
const fund: Operation = {
  selector: OperationKind.fund,
  value: { shard: shardIndex, account: 0, nonce: 0n, conversation: 0, member: 1, amount: 9n, priceLimit: 5n },
}

const apply = (shard: Shard, item: InboxItem) => applyInboxItem(shard, shardIndex, item, atMs(now))

describe('deposit', () => {
  test('deposit › opens the next account', () => {
    const shard = standingShard()
    expect(apply(shard, deposit(3, nobody, 77n))).toBeUndefined()
    expect(shard.accounts[3]).toEqual({ owner: nobody, nonce: 0n, balance: 77n, withdrawn: 0n })
  })

  test('deposit › adds to an account that stands', () => {
    const shard = standingShard()
    expect(apply(shard, deposit(2, owners.poor.name, 77n))).toBeUndefined()
    expect(shard.accounts[2]!.balance).toBe(127n)
  })

  test('deposit › that skips an account is a contract’s defect, not a skipped item', () => {
    expect(() => apply(standingShard(), deposit(4, nobody, 77n))).toThrow(RangeError)
  })

  test('deposit › to an account of another owner is a contract’s defect', () => {
    expect(() => apply(standingShard(), deposit(1, nobody, 77n))).toThrow(RangeError)
  })
})

describe('forced operation', () => {
  test.each([
    { operation: withdraw(8_000_000n), signer: owners.ben, name: 'withdraw' },
    { operation: reclaim, signer: owners.ann, name: 'reclaim' },
  ])('forced $name › costs nothing', ({ operation, signer }) => {
    const shard = standingShard()
    expect(apply(shard, forced(operation, [signer]))).toBeUndefined()
    expect(shard.revenue).toBe(0n)
    expect(moneyOf(shard)).toBe(moneyOf(standingShard()))
  })

  test('forced withdraw › empties an account however high the price is', () => {
    const shard = standingShard()
    shard.feeExcess = 2_000n
    shard.feeTime = now
    expect(apply(shard, forced(withdraw(8_000_000n), [owners.ben]))).toBeUndefined()
    expect(shard.accounts[1]).toMatchObject({ balance: 0n, withdrawn: 8_000_000n })
  })

  test.each([
    { operation: fund, signers: [owners.ann], name: 'fund' },
    { operation: create(), signers: [owners.ann, keys.admin, keys.talker, keys.gone], name: 'create' },
    { operation: change({ remove: [{ slot: 1 }] }), signers: [keys.admin], name: 'change' },
  ])(
    'forced $name › pays the price at the decayed excess and leaves the fee fields alone',
    ({ operation, signers }) => {
      const shard = standingShard()
      Object.assign(shard, { feeExcess: 700n, feeTime: now - 300n })
      expect(apply(shard, forced(operation, signers))).toBeUndefined()
      // 700 units less 300 ms at 1,000 a second leave 400, one fraction: e times the lowest price.
      expect(shard.revenue).toBe(price(operationCharge(operation), 27n, prices))
      expect(shard).toMatchObject({ feeExcess: 700n, feeTime: now - 300n })
    },
  )

  test('forced operation › sent by the owner needs no signature of its own', () => {
    const shard = standingShard()
    expect(apply(shard, forced(withdraw(5n), [owners.ann], owners.ben.name))).toBeUndefined()
    expect(shard.accounts[1]!.withdrawn).toBe(5n)
  })

  test('forced operation › sent by the owner still needs the consents', () => {
    const item = forced(create(), [owners.ben, keys.admin, keys.admin, keys.gone], owners.ann.name)
    expect(apply(standingShard(), item)).toEqual({ code: 'SIGNATURE_INVALID', index: 2 })
  })

  test('forced operation › sent by the owner still needs as many signatures', () => {
    const item = forced(withdraw(5n), [], owners.ben.name)
    expect(apply(standingShard(), item)).toMatchObject({ code: 'SIGNATURE_COUNT' })
  })

  test('forced change › a sender’s address stands for no member', () => {
    const item = forced(change({ remove: [{ slot: 1 }] }), [owners.ann], owners.ann.name)
    expect(apply(standingShard(), item)).toEqual({ code: 'SIGNATURE_INVALID', index: 0 })
  })

  test.each([
    { item: forced(withdraw(8_000_001n), [owners.ben]), code: 'BALANCE_TOO_LOW' },
    { item: forced(withdraw(1n), [owners.ann]), code: 'SIGNATURE_INVALID' },
    { item: forced(fund, [owners.ben]), code: 'SIGNATURE_INVALID' },
  ])('forced operation › that is invalid changes nothing: $code', ({ item, code }) => {
    const shard = standingShard()
    expect(apply(shard, item)).toMatchObject({ code })
    expect(ShardType.hashTreeRoot(shard)).toEqual(ShardType.hashTreeRoot(standingShard()))
  })
})

describe('forced message', () => {
  const message = { conversation: 0, member: 1, content: digestOf('forced') }
  const item = (signer: Signer): InboxItem => ({
    selector: InboxItemKind.forcedMessage,
    value: { shard: shardIndex, message, signature: signMessage(standingShard().conversations[0]!, message, signer) },
  })

  test('forced message › is recorded and paid like any other, but raises no price', () => {
    const shard = standingShard()
    expect(apply(shard, item(keys.talker))).toBeUndefined()
    expect(shard.conversations[0]!.messageCount).toBe(12n)
    expect(shard.revenue).toBe(price(messageCharge, fees.minPrice, prices))
    expect(shard).toMatchObject({ feeExcess: 0n, feeTime: standingShard().feeTime })
  })

  test('forced message › that is invalid changes nothing', () => {
    const shard = standingShard()
    expect(apply(shard, item(keys.admin))).toEqual({ code: 'SIGNATURE_INVALID', index: 0 })
    expect(shard).toEqual(standingShard())
  })
})

describe('item', () => {
  const item: InboxItem = { selector: InboxItemKind.prices, value: prices }

  test('item › prices belong to no shard, everything else to one', () => {
    expect(shardOfItem(item)).toBeUndefined()
    expect(shardOfItem(deposit(0, nobody, 1n))).toBe(shardIndex)
    expect(shardOfItem(forced(fund, [owners.ann]))).toBe(shardIndex)
  })

  test('item › executing prices or another shard’s item in a shard is a defect', () => {
    expect(() => apply(standingShard(), item)).toThrow(RangeError)
    expect(() => applyInboxItem(standingShard(), 4, deposit(3, nobody, 1n), atMs(now))).toThrow(RangeError)
  })
})

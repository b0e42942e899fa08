import type { Account } from '@parley/protocol'
import type { ListTree } from './list-tree.ts'
import { ContainerHasher, chunkWords } from './pair-hasher.ts'
import { RecordPages, readBytes, readUint64, writeBytes, writeUint64 } from './record-pages.ts'

/** Words of an account's record. */
const AccountWord = { owner: 0, nonce: 5, balance: 7, withdrawn: 9 } as const
const accountWords = 11
const ownerBytes = 20
const batchRows = 16

/** Accounts of one shard in packed records. */
export class AccountStore {
  count = 0
  private readonly records = new RecordPages(accountWords, 6)

  append(account: Account): number {
    const index = this.count
    this.count += 1
    this.records.reserve(this.count)
    this.write(index, account)
    return index
  }

  write(index: number, account: Account): void {
    const page = this.records.page(index)
    const word = this.records.word(index)
    writeBytes(page, word + AccountWord.owner, account.owner)
    writeUint64(page, word + AccountWord.nonce, account.nonce)
    writeUint64(page, word + AccountWord.balance, account.balance)
    writeUint64(page, word + AccountWord.withdrawn, account.withdrawn)
  }

  read(index: number): Account {
    const page = this.records.page(index)
    const word = this.records.word(index)
    return {
      owner: readBytes(page, word + AccountWord.owner, ownerBytes),
      nonce: readUint64(page, word + AccountWord.nonce),
      balance: readUint64(page, word + AccountWord.balance),
      withdrawn: readUint64(page, word + AccountWord.withdrawn),
    }
  }

  /** Writes the record as the chunks of its container. */
  copyChunks(index: number, to: Int32Array, toWord: number): void {
    const page = this.records.page(index)
    const word = this.records.word(index)
    for (let i = 0; i < 5; i += 1) to[toWord + i] = page[word + i] as number
    for (let field = 0; field < 3; field += 1) {
      to[toWord + (1 + field) * chunkWords] = page[word + AccountWord.nonce + 2 * field] as number
      to[toWord + (1 + field) * chunkWords + 1] = page[word + AccountWord.nonce + 2 * field + 1] as number
    }
  }
}

/** Brings the tree of a shard's accounts up to date. */
export class AccountRoots {
  // Four chunks a container: two accounts share a row of eight and their roots are the last level but one.
  private readonly hasher = new ContainerHasher(batchRows)

  /** @param accounts - Ascending, each once. */
  update(store: AccountStore, tree: ListTree, accounts: readonly number[]): void {
    for (let from = 0; from < accounts.length; from += 2 * batchRows) {
      const batch = accounts.slice(from, from + 2 * batchRows)
      batch.forEach((account, i) => {
        store.copyChunks(account, this.hasher.input, i * 4 * chunkWords)
      })
      const roots = this.hasher.hashHalves(Math.ceil(batch.length / 2))
      batch.forEach((account, i) => {
        tree.writeLeaf(account, roots, i * chunkWords)
      })
    }
    tree.update(accounts, accounts.length)
  }
}

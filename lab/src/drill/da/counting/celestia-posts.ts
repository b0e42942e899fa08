import { celestiaNamespace } from '@parley/da-adapters'
import type { CelestiaPlace } from '../../../stack/stack-config.ts'
import { type Post, partName } from './posts.ts'

interface Blob {
  readonly data: string
}

/** Reads every height of the double for parts in the chain's namespace, past all adapters. Heights never change. */
export class CelestiaPosts {
  private readonly place: CelestiaPlace
  private readonly namespace: string
  private readonly posts: Post[] = []
  private next = 1

  constructor(place: CelestiaPlace, deployment: { readonly chainId: bigint; readonly rollup: Uint8Array }) {
    this.place = place
    this.namespace = Buffer.from(celestiaNamespace(deployment)).toString('base64')
  }

  /** Inclusions up to the head. A part is one blob, for those of drills are far below what one takes. */
  async read(): Promise<readonly Post[]> {
    const { header } = await this.call<{ header: { height: string } }>('header.LocalHead', [])
    for (; this.next <= Number(header.height); this.next += 1) {
      const blobs = await this.call<readonly Blob[] | null>('blob.GetAll', [this.next, [this.namespace]])
      for (const { data } of blobs ?? [])
        this.posts.push({
          part: partName(Buffer.from(data, 'base64')),
          layer: 'celestia',
          place: `height ${this.next}`,
        })
    }
    return this.posts
  }

  private async call<T>(method: string, params: readonly unknown[]): Promise<T> {
    const { url, token } = this.place
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const answer = (await (await fetch(url, { method: 'POST', headers, body })).json()) as {
      readonly result: T
      readonly error?: { readonly message: string }
    }
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result
  }
}

import { build } from 'vite'

/** Files of a page by their paths, such as `assets/main-B1a2.js`. */
export type PageFiles = ReadonlyMap<string, Uint8Array>

export interface BuildPageOptions {
  /** Folder that has `index.html`. */
  readonly folder: string
  /** Path of the `vite.config.ts` it is built by. */
  readonly config: string
}

/** Bundles a page from its sources, in memory; takes some seconds. */
export async function buildPage({ folder, config }: BuildPageOptions): Promise<PageFiles> {
  const built = await build({ root: folder, configFile: config, logLevel: 'error', build: { write: false } })
  if (!('output' in built)) throw new TypeError('one page is built, once')
  const files = new Map<string, Uint8Array>()
  for (const each of built.output) {
    const content = each.type === 'chunk' ? each.code : each.source
    files.set(each.fileName, typeof content === 'string' ? new TextEncoder().encode(content) : content)
  }
  return files
}

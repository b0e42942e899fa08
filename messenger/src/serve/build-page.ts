import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Files of the page by their paths, such as `assets/main-B1a2.js`. */
export type PageFiles = ReadonlyMap<string, Uint8Array>

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Bundles the page from its sources; takes some seconds.
 * @param folder - Of another `index.html`, in which views are shown apart.
 */
export async function buildPage(folder = root): Promise<PageFiles> {
  const built = await build({
    root: folder,
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    build: { write: false },
  })
  if (!('output' in built)) throw new TypeError('one page is built, once')
  const files = new Map<string, Uint8Array>()
  for (const each of built.output) {
    const content = each.type === 'chunk' ? each.code : each.source
    files.set(each.fileName, typeof content === 'string' ? new TextEncoder().encode(content) : content)
  }
  return files
}

import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { root } from './pages.ts'

/** Where a link of a page leads to on the site; `text` when there is nothing to lead to there. */
export type Target = { readonly kind: 'page' | 'out'; readonly href: string } | { readonly kind: 'text' }

export interface LinkOptions {
  readonly pages: ReadonlySet<string>
  /** Address under which the repository's files are read, such as that of the built commit; none when left out. */
  readonly repository?: string | undefined
}

const isElsewhere = (href: string): boolean => /^[a-z][a-z0-9+.-]*:|^\/\/|^#/i.test(href)

/**
 * Where a link leads: to another page, or out to a file or folder of the repository. A folder with a README is that page.
 * @param page - Path of the page that has the link, from the repository's root.
 * @throws {TypeError} when there is no such file: a dead link fails the build.
 */
export function targetOf(page: string, href: string, { pages, repository }: LinkOptions): Target {
  if (isElsewhere(href)) return { kind: 'page', href }
  const [path = '', anchor] = decodeURI(href).split('#')
  const target = posix.join(posix.dirname(page), path).replace(/\/$/, '')
  const hash = anchor === undefined ? '' : `#${anchor}`
  const found = [target, posix.join(target, 'README.md')].find((each) => pages.has(each))
  if (found !== undefined) return { kind: 'page', href: `/${found}${hash}` }
  if (target.startsWith('..') || !existsSync(join(root, target)))
    throw new TypeError(`${page} links to ${href}, and there is no ${target}`)
  return repository === undefined ? { kind: 'text' } : { kind: 'out', href: `${repository}/${target}${hash}` }
}

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** What is a page of the site, from the repository's root. */
export const pagePatterns = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  '*/README.md',
  'docs/**/*.md',
]

const isForeign = (path: string): boolean => /(^|\/)(node_modules|dist)(\/|$)/.test(path)

const found = (patterns: string | string[]): string[] => globSync(patterns, { cwd: root, exclude: isForeign }).sort()

/** Paths of all pages, in order. */
export const pagePaths = (): string[] => found(pagePatterns)

/** Paths of Markdown that is no page. */
export function otherPaths(): string[] {
  const pages = new Set(pagePaths())
  return found('**/*.md').filter((path) => !pages.has(path))
}

/** What the first heading of a page says, without marks. @throws {TypeError} when the page has none. */
export function titleOf(path: string): string {
  const heading = /^# (.+)$/m.exec(readFileSync(join(root, path), 'utf8'))?.[1]
  if (heading === undefined) throw new TypeError(`${path} has no first heading`)
  return heading.replaceAll('`', '')
}

/** The anchor of a heading, as hosts of Markdown make it. */
export const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-')

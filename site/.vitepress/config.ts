import { relative } from 'node:path'
import { type DefaultTheme, defineConfig } from 'vitepress'
import { targetOf } from '../src/links.ts'
import { kinds, navigationOf } from '../src/navigation.ts'
import { anchorOf, otherPaths, pagePaths, root, titleOf } from '../src/pages.ts'

const paths = pagePaths()
const pages = new Set(paths)
/** Such as `https://host/owner/parley/blob/COMMIT`: whoever publishes the site knows where it can be read. */
const repository = process.env['PARLEY_REPOSITORY']
const navigation = navigationOf(paths)
const linkOf = (path: string): string => (path === 'README.md' ? '/' : `/${path.replace(/\.md$/, '')}`)

const sidebar: DefaultTheme.SidebarItem[] = kinds.map((kind) => ({
  text: kind,
  items: navigation[kind].map(({ text, pages }) => ({
    text,
    collapsed: pages.length > 12,
    items: pages.map((path) => ({ text: titleOf(path), link: linkOf(path) })),
  })),
}))

export default defineConfig({
  title: 'Parley',
  description: 'A messaging rollup: conversations anyone can verify, contents nobody but their members can read',
  srcDir: '..',
  srcExclude: otherPaths(),
  rewrites: { 'README.md': 'index.md' },
  cacheDir: 'dist/cache',
  outDir: 'dist/site',
  lastUpdated: false,
  themeConfig: {
    search: { provider: 'local' },
    sidebar,
    nav: kinds.map((text) => ({ text, link: linkOf(navigation[text][0]?.pages[0] ?? 'README.md') })),
    outline: [2, 3],
  },
  markdown: {
    // Text is text: what looks like a tag is none.
    html: false,
    anchor: { slugify: anchorOf },
    config(md) {
      md.core.ruler.push('links-within-the-repository', ({ tokens, env }) => {
        const page = relative(root, String(env.path))
        for (const { children } of tokens) {
          let open: boolean[] = []
          for (const token of children ?? []) {
            if (token.type === 'link_close' && open.pop() === false) token.hidden = true
            if (token.type !== 'link_open') continue
            const target = targetOf(page, token.attrGet('href') ?? '', { pages, repository })
            open = [...open, target.kind !== 'text']
            if (target.kind === 'text') {
              token.type = 'text'
              token.tag = ''
              token.attrs = null
              token.nesting = 0
            } else token.attrSet('href', target.href)
          }
        }
      })
    },
  },
})

/**
 * Checks what people read against the rules of prose.yml: READMEs, docs, generated pages of faults and commands, and the
 * descriptions of the HTTP APIs. Prints each finding with its place and ends with the counts.
 */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { TextlintKernel, type TextlintKernelOptions } from '@textlint/kernel'
import markdown from '@textlint/textlint-plugin-markdown'
import prh from 'textlint-rule-prh'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = globSync(['*.md', '*/README.md', 'docs/**/*.md'], {
  cwd: root,
  exclude: (path) => path.includes('node_modules'),
}).sort()
const apis = globSync('docs/api/*.json', { cwd: root }).sort()

const kernel = new TextlintKernel()
const options: TextlintKernelOptions = {
  ext: '.md',
  plugins: [{ pluginId: 'markdown', plugin: markdown.default }],
  rules: [
    {
      ruleId: 'prh',
      rule: prh.default,
      options: {
        rulePaths: [fileURLToPath(new URL('prose.yml', import.meta.url))],
        checkLink: true,
        checkEmphasis: true,
      },
    },
  ],
}

interface Described {
  readonly description?: unknown
  readonly summary?: unknown
}

/** All descriptions within an OpenAPI document, a paragraph each. */
function descriptions(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  const { description, summary } = value as Described
  const own = [description, summary].filter((text) => typeof text === 'string')
  return [...own, ...Object.values(value).flatMap(descriptions)]
}

const textOf = (path: string): string => {
  const text = readFileSync(`${root}/${path}`, 'utf8')
  return apis.includes(path) ? [...new Set(descriptions(JSON.parse(text)))].join('\n\n') : text
}

let findings = 0
let words = 0
for (const path of [...pages, ...apis]) {
  const text = textOf(path)
  words += text.split(/\s+/).length
  const { messages } = await kernel.lintText(text, { ...options, filePath: path })
  findings += messages.length
  for (const { message, loc } of messages)
    console.log(`${path}:${loc.start.line}:${loc.start.column + 1} ${message.split('\n').join(' ')}`)
}
console.log(`prose: ${pages.length + apis.length} texts, ${words} words, ${findings} findings`)
process.exitCode = findings === 0 ? 0 : 1

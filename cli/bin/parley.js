#!/usr/bin/env node
import { enableCompileCache } from './compile-cache.js'

// Plain JavaScript that any Node parses: the rest is TypeScript, which only Node 24 and later run as it is.
const needed = 24
const major = Number(process.versions.node.split('.')[0])
if (major < needed) {
  process.stderr.write(
    `parley needs Node ${needed} or later; this is ${process.version}.\n` +
      'Run it as `npx parley` inside the project, which uses the version pinned there.\n',
  )
  process.exit(2)
}

enableCompileCache()

/** Where the laboratory's commands are: in a checkout, not where only the roles are installed. */
function laboratory() {
  try {
    return import.meta.resolve('@parley/lab/program')
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

const { main } = await import('../src/main.ts')
const found = laboratory()
const program = found === undefined ? (await import('../src/commands.ts')).product : (await import(found)).checkout
const code = await main(program, process.argv.slice(2))
// Idle connections must not hold up the end; what was written has arrived.
process.exit(code)

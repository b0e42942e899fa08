#!/usr/bin/env node
// Stands in for a native solc: forge asks it for its version and hands it a standard JSON input.
const fs = require('node:fs')
const path = require('node:path')
const solc = require('solc')

function writeAll(text) {
  const bytes = Buffer.from(text)
  let offset = 0
  while (offset < bytes.length) {
    try {
      offset += fs.writeSync(1, bytes, offset)
    } catch (error) {
      // The pipe is full until forge reads on.
      if (error.code !== 'EAGAIN') throw error
    }
  }
}

function readImport(file) {
  try {
    return { contents: fs.readFileSync(path.resolve(file), 'utf8') }
  } catch (error) {
    return { error: error.message }
  }
}

const args = process.argv.slice(2)
if (args.includes('--version')) {
  const version = solc.version().replace(/\.Emscripten\.clang$/, '.Linux.g++')
  writeAll(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`)
} else if (args.includes('--standard-json')) {
  writeAll(solc.compile(fs.readFileSync(0, 'utf8'), { import: readImport }))
} else {
  process.stderr.write(`unsupported arguments: ${args.join(' ')}\n`)
  process.exitCode = 1
}

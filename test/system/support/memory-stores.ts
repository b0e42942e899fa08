import { MemoryLevel } from 'memory-level'

export const textStore = () => new MemoryLevel<string, string>()
export const byteStore = () => new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' })

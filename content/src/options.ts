// What commands and pages tell of a store without loading it.
export { storeServerBounds } from './http/options.ts'
export { storeBounds } from './store/options.ts'

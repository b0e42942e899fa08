export { createSignerClient, type SignedPlace, type SignerClient, type SignerClientPlace } from './client.ts'

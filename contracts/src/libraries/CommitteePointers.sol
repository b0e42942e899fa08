// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev The first 24 bytes of a pointer of layer 3: version, part, mark, scheme, epoch, end, mask and count.
type PointerHead is uint256;

using CommitteePointers for PointerHead global;

/// @title Pointers of layer 3
/// @dev `docs/spec/da-committee.md` has the form. Read word by word, for a claim pays for every step; who reads has checked the length.
library CommitteePointers {
    uint256 internal constant HEAD_BYTES = 24;
    uint256 internal constant PART_BYTES = 36;
    uint256 internal constant SIGNATURE_BYTES = 64;
    /// @dev What comes before the certificate: version and part.
    uint256 internal constant CERTIFICATE_AT = 2;
    uint256 private constant HEAD_SHIFT = 64;
    uint256 private constant LENGTH_SHIFT = 224;
    uint256 private constant ROOT_BYTES = 32;

    function headOf(bytes calldata pointer) internal pure returns (PointerHead) {
        return PointerHead.wrap(_word(pointer, 0) >> HEAD_SHIFT);
    }

    function version(PointerHead head) internal pure returns (uint256) {
        return PointerHead.unwrap(head) >> 184;
    }

    /// @notice A bit for each part of the certificate.
    function which(PointerHead head) internal pure returns (uint256) {
        return uint8(PointerHead.unwrap(head) >> 176);
    }

    function mark(PointerHead head) internal pure returns (bytes4) {
        return bytes4(uint32(PointerHead.unwrap(head) >> 144));
    }

    function scheme(PointerHead head) internal pure returns (uint256) {
        return uint8(PointerHead.unwrap(head) >> 136);
    }

    function epoch(PointerHead head) internal pure returns (uint32) {
        return uint32(PointerHead.unwrap(head) >> 104);
    }

    function expiresAt(PointerHead head) internal pure returns (uint64) {
        return uint64(PointerHead.unwrap(head) >> 40);
    }

    function mask(PointerHead head) internal pure returns (uint32) {
        return uint32(PointerHead.unwrap(head) >> 8);
    }

    /// @notice Parts of the certificate.
    function count(PointerHead head) internal pure returns (uint256) {
        return uint8(PointerHead.unwrap(head));
    }

    function chunkRootAt(bytes calldata pointer, uint256 part) internal pure returns (bytes32) {
        return bytes32(_word(pointer, HEAD_BYTES + PART_BYTES * part));
    }

    function lengthAt(bytes calldata pointer, uint256 part) internal pure returns (uint32) {
        // forge-lint: disable-next-line(unsafe-typecast) 32 bits are left
        return uint32(_word(pointer, HEAD_BYTES + PART_BYTES * part + ROOT_BYTES) >> LENGTH_SHIFT);
    }

    /// @notice Signature `i`, in the form of EIP-2098.
    function signatureAt(bytes calldata pointer, uint256 parts, uint256 i)
        internal
        pure
        returns (bytes32 r, bytes32 vs)
    {
        uint256 at = HEAD_BYTES + PART_BYTES * parts + SIGNATURE_BYTES * i;
        return (bytes32(_word(pointer, at)), bytes32(_word(pointer, at + 32)));
    }

    function _word(bytes calldata pointer, uint256 at) private pure returns (uint256 word) {
        // solhint-disable-next-line no-inline-assembly
        assembly {
            word := calldataload(add(pointer.offset, at))
        }
    }
}

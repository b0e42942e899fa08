// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Attestation, CertificateCode, CommitteePart} from "../../src/types/Committee.sol";
import {CommitteeDeployed} from "../support/CommitteeDeployed.sol";

contract CertificatesTest is CommitteeDeployed {
    function test_everyThreeOfFour_certify() public view {
        for (uint32 mask = 1; mask < 16; ++mask) {
            CertificateCode expected = _bits(mask) < K ? CertificateCode.TooFew : CertificateCode.Ok;
            for (uint8 part; part < 2; ++part) {
                assertCode(pointerOf(part, attestation(), mask), expected, "by its signers");
            }
        }
    }

    function test_bothPartsOfOneCertificate_orOfTwo() public view {
        Attestation memory a = attestation();
        Attestation memory other = attestation();
        other.parts = new CommitteePart[](1);
        other.parts[0] = CommitteePart("another", 7);
        bytes memory core = pointerOf(0, a, 7);
        assertCode(core, pointerOf(1, a, 7), CertificateCode.Ok, "one certificate");
        assertCode(core, pointerOf(0, other, 14), CertificateCode.Ok, "two certificates");
        assertCode(core, pointerOf(0, other, 6), CertificateCode.TooFew, "the second counts");
        assertCode(pointerOf(0, other, 6), core, CertificateCode.TooFew, "the first counts");
        bytes memory forged = pointerOf(1, a, 7);
        forged[forged.length - 1] ^= 0x01;
        assertCode(core, forged, CertificateCode.BadSignature, "another signature makes another certificate");
        assertCode(core, pointerOf(1, other, 7), CertificateCode.PartNotInCertificate, "a second part of one");
    }

    function testFuzz_rightCertificate_counts(uint32 mask, uint32 length, bytes32 root, uint64 spare) public view {
        mask = uint32(clamp(mask, 1, 15));
        Attestation memory a = attestation();
        a.parts[0] = CommitteePart(root, uint32(clamp(length, 1, 2 ** 24)));
        a.expiresAt = uint64(clamp(spare, NEEDED + ANSWER_WINDOW, NOW + MAX_RETENTION));
        assertEq(committee.digestOf(a), plainDigest(a, block.chainid, address(committee)), "digest");
        CertificateCode expected = _bits(mask) < K ? CertificateCode.TooFew : CertificateCode.Ok;
        assertCode(pointerOf(0, a, mask), expected, "k signatures and no fewer");
    }

    function testFuzz_anyBytes_revertNever(bytes calldata core, bytes calldata witness) public view {
        assertTrue(committee.check(NEEDED, core, witness) != CertificateCode.Ok, "no certificate");
    }

    function testFuzz_changedCertificate_never(uint256 at, uint8 bit) public view {
        bytes memory pointer = pointerOf(0, attestation(), 7);
        pointer[at % pointer.length] ^= bytes1(uint8(1 << (bit % 8)));
        assertTrue(committee.check(NEEDED, pointer, pointer) != CertificateCode.Ok, "another certificate");
    }

    function test_signatures_eachInItsPlace() public view {
        Attestation memory a = attestation();
        bytes32 digest = plainDigest(a, block.chainid, address(committee));
        bytes[4] memory by;
        for (uint256 i; i < 4; ++i) {
            by[i] = signBy(secretOf(i), digest);
        }
        _refused(bytes.concat(by[0], by[0], by[0]), "one signs thrice");
        _refused(bytes.concat(by[0], by[1], by[1]), "one signs twice");
        _refused(bytes.concat(by[1], by[0], by[2]), "in another order");
        _refused(bytes.concat(by[0], by[1], by[3]), "another than the mask names");
        _refused(bytes.concat(by[0], by[1], signBy(0xBAD, digest)), "a stranger");
        _refused(bytes.concat(by[0], by[1], new bytes(64)), "zeros recover nobody");
        _refused(bytes.concat(malleable(by[0]), by[1], by[2]), "a high s");
        bytes32 otherChain = plainDigest(a, block.chainid + 1, address(committee));
        _refused(bytes.concat(by[0], by[1], signBy(secretOf(2), otherChain)), "another chain");
        bytes32 otherPlace = plainDigest(a, block.chainid, address(this));
        _refused(bytes.concat(by[0], by[1], signBy(secretOf(2), otherPlace)), "another contract");
    }

    function test_form() public view {
        Attestation memory a = attestation();
        bytes memory right = pointerOf(0, a, 7);
        assertCode("", CertificateCode.BadForm, "empty");
        assertCode(right, "", CertificateCode.BadForm, "an empty second");
        assertCode(bytes.concat(right, hex"00"), CertificateCode.BadForm, "a byte too many");
        _changed(right, 0, 2, CertificateCode.BadForm, "version");
        _changed(right, 1, 0, CertificateCode.PartNotInCertificate, "no part");
        _changed(right, 1, 3, CertificateCode.PartNotInCertificate, "both parts");
        _changed(right, 2, uint8(right[2]) ^ 1, CertificateCode.WrongCommittee, "mark");
        _changed(right, 6, 2, CertificateCode.BadForm, "scheme");
        _changed(right, 23, 0, CertificateCode.BadForm, "no parts");
        _changed(right, 23, 3, CertificateCode.BadForm, "three parts");
        // Of the same length as the certificate of two parts and three signatures: 7 bits in the mask stand for as many.
        assertCode(pointerOf(0, a, 0x17), CertificateCode.BadForm, "a member beyond the epoch's");
        assertCode(pointerOf(0, a, 0x10007), CertificateCode.BadForm, "a member beyond all epochs'");
        assertCode(pointerOf(0, a, 0), CertificateCode.BadForm, "nobody");
        a.parts[1].length = 0;
        assertCode(pointerOf(0, a, 7), CertificateCode.BadForm, "an empty part");
        a.parts[1].length = 2 ** 24 + 1;
        assertCode(pointerOf(0, a, 7), CertificateCode.BadForm, "too long a part");
    }

    function test_anotherChain_hasAnotherMark() public {
        bytes memory right = pointerOf(0, attestation(), 7);
        vm.chainId(block.chainid + 1);
        assertCode(right, CertificateCode.WrongCommittee, "after a fork");
        assertCode(pointerOf(0, attestation(), 7), CertificateCode.Ok, "signed for the fork");
    }

    function test_ends() public view {
        Attestation memory a = attestation();
        a.expiresAt = NEEDED + ANSWER_WINDOW;
        assertCode(pointerOf(0, a, 7), CertificateCode.Ok, "just long enough");
        --a.expiresAt;
        assertCode(pointerOf(0, a, 7), CertificateCode.ExpiresTooSoon, "a second too short");
        a.expiresAt = uint64(NOW + MAX_RETENTION);
        assertCode(pointerOf(0, a, 7), CertificateCode.Ok, "as long as may be");
        ++a.expiresAt;
        assertCode(pointerOf(0, a, 7), CertificateCode.ExpiresTooLate, "a second too long");
        a.expiresAt = type(uint64).max;
        assertCode(pointerOf(0, a, 7), CertificateCode.ExpiresTooLate, "for ever");
        bytes memory pointer = pointerOf(0, attestation(), 7);
        CertificateCode code = committee.check(type(uint64).max, pointer, pointer);
        assertEq(uint256(code), uint256(CertificateCode.ExpiresTooSoon), "needed for ever");
    }

    function test_epochs_countFromTheirBeginningUntilTheGraceIsOver() public {
        Attestation memory a = attestation();
        a.epoch = 2;
        assertCode(pointerOf(0, a, 7), CertificateCode.UnknownEpoch, "never announced");
        a.epoch = 0;
        assertCode(pointerOf(0, a, 7), CertificateCode.UnknownEpoch, "none");
        vm.prank(TIMELOCK);
        committee.rotate(membersFrom(0, N), 4, 1);
        a.epoch = 2;
        assertCode(pointerOf(0, a, 15), CertificateCode.EpochNotStarted, "announced");
        a.epoch = 1;
        bytes memory old = pointerOf(0, a, 7);
        assertCode(old, CertificateCode.Ok, "before the rotation");
        vm.warp(NOW + NOTICE);
        a.epoch = 2;
        assertCode(pointerOf(0, a, 15), CertificateCode.Ok, "begun");
        assertCode(pointerOf(0, a, 7), CertificateCode.TooFew, "by its own threshold");
        vm.warp(NOW + NOTICE + GRACE);
        assertCode(old, CertificateCode.Ok, "in the grace");
        vm.warp(NOW + NOTICE + GRACE + 1);
        assertCode(old, CertificateCode.EpochOver, "after it");
    }

    function _refused(bytes memory signatures, string memory what) private view {
        bytes memory pointer = pointerWith(0, attestation(), 7, signatures);
        assertCode(pointer, CertificateCode.BadSignature, what);
    }

    function _changed(bytes memory pointer, uint256 at, uint8 value, CertificateCode expected, string memory what)
        private
        view
    {
        bytes memory changed = bytes.concat(pointer);
        changed[at] = bytes1(value);
        assertCode(changed, expected, what);
    }

    function _bits(uint32 mask) private pure returns (uint256 bits) {
        for (; mask != 0; mask >>= 1) {
            bits += mask & 1;
        }
    }
}

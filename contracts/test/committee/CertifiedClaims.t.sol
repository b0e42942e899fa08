// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRollupEvents} from "../../src/interfaces/IRollupEvents.sol";
import {ClaimRequest, DataPart} from "../../src/types/Batch.sol";
import {Attestation, CertificateCode} from "../../src/types/Committee.sol";
import {Rules, Settings} from "../../src/types/Parameters.sol";
import {CommitteeDeployed} from "../support/CommitteeDeployed.sol";
import {CommitteeStub} from "../support/CommitteeStub.sol";
import {Deployed} from "../support/Deployed.sol";

contract CertifiedClaimsTest is Deployed, CommitteeDeployed {
    uint8 private constant LAYER = 3;
    uint256 private constant NO_ANSWER = type(uint256).max;
    address private constant STUB = address(0x57B);

    function setUp() public override(Deployed, CommitteeDeployed) {
        CommitteeDeployed.setUp();
        vm.etch(STUB, address(new CommitteeStub()).code);
        Deployed.setUp();
    }

    function settings() internal view override returns (Settings memory s) {
        s = super.settings();
        s.rules.dataCommittee = address(committee);
    }

    function test_certifiedParts_areClaimed() public {
        makeClaim(_request(7, 7));
        vm.warp(START + 1);
        ClaimRequest memory request = _request(14, 11);
        makeClaim(request);
        vm.warp(START + 2);
        request = _request(7, 7);
        request.core = DataPart(1, pointer(1, 40));
        makeClaim(request);
        vm.warp(START + 3);
        request = _request(7, 7);
        request.witness = DataPart(5, pointer(1, 40));
        makeClaim(request);
        assertEq(rollup.head().number, 4, "claimed");
    }

    function test_uncertifiedParts_areRefused() public {
        _refuse(_request(7, 6), uint256(CertificateCode.TooFew));
        _refuse(_request(6, 7), uint256(CertificateCode.TooFew));
        ClaimRequest memory request = _request(7, 7);
        request.witness.pointer = "";
        _refuse(request, uint256(CertificateCode.BadForm));
        request.core = DataPart(1, pointer(1, 40));
        _refuse(request, uint256(CertificateCode.BadForm));
        request = _request(6, 7);
        request.witness = DataPart(1, pointer(1, 40));
        _refuse(request, uint256(CertificateCode.TooFew));
    }

    /// @dev max(600, 360 + 120) + 240 seconds by the windows of the settings, and the committee's answer window.
    function test_certificates_outlastTheWindows() public {
        Attestation memory a = attestation();
        a.expiresAt = uint64(START + 840 + ANSWER_WINDOW - 1);
        ClaimRequest memory request = _request(7, 7);
        (request.core.pointer, request.witness.pointer) = (pointerOf(0, a, 7), pointerOf(1, a, 7));
        _refuse(request, uint256(CertificateCode.ExpiresTooSoon));
        ++a.expiresAt;
        (request.core.pointer, request.witness.pointer) = (pointerOf(0, a, 7), pointerOf(1, a, 7));
        makeClaim(request);
    }

    function test_longAnswers_countInTheWindows() public {
        Settings memory s = settings();
        (s.windows.challenge, s.windows.data, s.windows.answer) = (600, 600, 200);
        s.upgradeNotice = 3000;
        rollup = deploy(s);
        inbox = rollup.inbox();
        rollup.depositBondFor{value: BOND}(CLAIMER);
        rollup.depositBondFor{value: BOND}(BOND_OWNER);
        Attestation memory a = attestation();
        a.expiresAt = uint64(START + 1040 + ANSWER_WINDOW - 1);
        ClaimRequest memory request = _request(7, 7);
        (request.core.pointer, request.witness.pointer) = (pointerOf(0, a, 7), pointerOf(1, a, 7));
        _refuse(request, uint256(CertificateCode.ExpiresTooSoon));
    }

    function test_rulesNameTheCommittee() public {
        Rules memory next = settings().rules;
        next.dataCommittee = address(0);
        vm.prank(GOVERNANCE);
        rollup.announceRules(millis((START + 3000) * 1000), next);
        vm.warp(START + 3000);
        ClaimRequest memory request = _request(7, 7);
        request.lastHeader.timestamp = millis((START + 3000) * 1000 - 250);
        makeClaim(request);
        request = _request(7, 7);
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_NoDataCommittee.selector));
        request.core = DataPart(1, pointer(1, 40));
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_NoDataCommittee.selector));
        request.witness = DataPart(1, pointer(2, 40));
        makeClaim(request);
    }

    function test_rules_withACommitteeWithoutCode_revert() public {
        Settings memory s = settings();
        s.rules.dataCommittee = address(0xE0A);
        (address created, bytes memory reason) = tryDeploy(s);
        assertEq(created, address(0), "refused");
        bytes4 selector = IRollupEvents.Rollup_ParameterOutOfBounds.selector;
        assertEq(reason, abi.encodeWithSelector(selector, "rules.dataCommittee"), "why");
    }

    function test_brokenCommittee_holdsUpItsOwnLayerAlone() public {
        Settings memory s = settings();
        s.rules.dataCommittee = STUB;
        rollup = deploy(s);
        inbox = rollup.inbox();
        rollup.depositBondFor{value: BOND}(CLAIMER);
        rollup.depositBondFor{value: BOND}(BOND_OWNER);
        uint256[8] memory codes = [0, 7, NO_ANSWER, NO_ANSWER, NO_ANSWER, NO_ANSWER, NO_ANSWER, NO_ANSWER];
        for (uint256 i; i < codes.length; ++i) {
            CommitteeStub(STUB).behave(CommitteeStub.Behaviour(i));
            vm.warp(vm.getBlockTimestamp() + 1);
            ClaimRequest memory request = _request(7, 7);
            uint256 before = gasleft();
            if (codes[i] == 0) makeClaim(request);
            else _refuse(request, codes[i]);
            assertTrue(before - gasleft() < 2_000_000, "no more than its gas");
            vm.warp(vm.getBlockTimestamp() + 1);
            makeClaim();
        }
    }

    function _refuse(ClaimRequest memory request, uint256 code) private {
        refuseClaim(request, abi.encodeWithSelector(IRollupEvents.Rollup_DataNotCertified.selector, code));
    }

    /// @dev The next claim, its parts certified by the members of two masks.
    function _request(uint32 coreMask, uint32 witnessMask) private view returns (ClaimRequest memory request) {
        request = nextRequest();
        request.core = DataPart(LAYER, pointerOf(0, attestation(), coreMask));
        request.witness = DataPart(LAYER, pointerOf(1, attestation(), witnessMask));
    }
}

import { useState } from "react";
import type {
  DltBinding, DltBindingState, Kyc, KycConstitution, KycSector, KycState, Merchant, User,
} from "../../../typescript/index";
import { api } from "../api";
import { date } from "../format";
import { useAction } from "../loaded";
import { mayManage, sectors } from "../names";
import { StateBadge } from "../parts/badge";
import type { Shown } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { Select, TextArea, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { useUnsaved } from "../parts/leaving";
import { Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";

const states: Record<KycState, Shown> = {
  STATE_UNSPECIFIED: ["warn", "Not begun"],
  DRAFT: ["warn", "Incomplete"],
  SUBMITTED: ["busy", "Being checked"],
  APPROVED: ["good", "Approved"],
  REJECTED: ["bad", "Refused"],
  EXPIRED: ["bad", "Expired"],
  SUSPENDED: ["bad", "Suspended"],
};

const bindings: Record<DltBindingState, Shown> = {
  STATE_UNSPECIFIED: ["warn", "Not seen yet"],
  UNBOUND: ["warn", "Not seen yet"],
  BOUND: ["good", "Bound"],
  EXPIRED: ["bad", "Seen too long ago"],
  REVOKED: ["bad", "Taken back"],
};

const constitutions: readonly (readonly [KycConstitution, string])[] = [
  ["CONSTITUTION_UNSPECIFIED", "Not said"],
  ["PROPRIETORSHIP", "One person’s business"],
  ["PARTNERSHIP", "Partnership firm"],
  ["LLP", "Limited liability partnership"],
  ["COMPANY", "Company"],
  ["TRUST", "Trust or society"],
  ["GOVERNMENT", "Government body"],
];

const missing: Record<string, string> = {
  legal_name: "legal name", constitution: "kind of business", pan: "PAN", registered_address: "registered address",
  dlt_entity_id: "DLT entity id", use_case: "what the agents call people for", gstins: "GSTIN",
  registration_number: "CIN or LLPIN", sector: "sector",
};

/** What the form holds; GSTINs as one text. */
interface Draft {
  legalName: string;
  constitution: KycConstitution;
  pan: string;
  gstins: string;
  registrationNumber: string;
  registeredAddress: string;
  dltEntityId: string;
  dltTelemarketerId: string;
  useCase: string;
  sector: KycSector;
}

function draftOf(kyc: Kyc): Draft {
  return {
    legalName: kyc.legalName ?? "", constitution: kyc.constitution ?? "CONSTITUTION_UNSPECIFIED", pan: kyc.pan ?? "",
    gstins: (kyc.gstins ?? []).join(", "), registrationNumber: kyc.registrationNumber ?? "",
    registeredAddress: kyc.registeredAddress ?? "", dltEntityId: kyc.dltEntityId ?? "", useCase: kyc.useCase ?? "",
    dltTelemarketerId: kyc.dltTelemarketerId ?? "", sector: kyc.sector ?? "SECTOR_UNSPECIFIED",
  };
}

/** The fields that differ; the PAN reads masked, so it must not be sent back unchanged. */
function changes(before: Draft, after: Draft): (keyof Draft)[] {
  return (Object.keys(after) as (keyof Draft)[]).filter((field) => before[field] !== after[field]);
}

/** Who the business is, as it must be known before its agents call people. */
export function Identity({ merchant, user, onSave }: {
  merchant: Merchant; user: User; onSave: (merchant: Merchant) => void;
}) {
  const kyc = merchant.kyc ?? {};
  const before = draftOf(kyc);
  const [draft, setDraft] = useState(before);
  const changed = changes(before, draft);
  useUnsaved(changed.length > 0);
  const saving = useAction(async () => {
    const gstins = draft.gstins.split(/[\s,]+/).filter(Boolean);
    const kyc = Object.fromEntries(changed.map((field) => [field, field === "gstins" ? gstins : draft[field]]));
    const saved = await api.accounts.updateMerchant({
      merchant: { kyc, etag: merchant.etag },
      updateMask: changed.map((field) => `kyc.${field}`).join(","),
    });
    setDraft(draftOf(saved.kyc ?? {}));
    onSave(saved);
    announce("Business details saved");
  });
  const errors = fieldErrors(saving.error, "merchant.kyc.");
  // One number of several is wrong.
  const gstinError = Object.keys(errors).find((field) => field.startsWith("gstins["));
  if (gstinError) errors["gstins"] = errors[gstinError] ?? "";
  const lacks = (kyc.missingFields ?? []).map((field) => missing[field] ?? field);
  return (
    <Card title="Check of the business" hint="Who a business is has to be known before its agents call people (KYC).">
      <Facts
        of={[
          ["State", <StateBadge of={states[kyc.state ?? "STATE_UNSPECIFIED"]} />], ["Approved until", date(kyc.expireTime)],
        ]}
      />
      {kyc.dltBinding && <Binding of={kyc.dltBinding} />}
      {kyc.reviewReason && <p className="hint">The operator said: {kyc.reviewReason}</p>}
      {lacks.length > 0 && <p className="hint">Still missing: {lacks.join(", ")}.</p>}
      <Form onSubmit={() => void saving.run()} errors={errors} label="Check of the business">
        <Problem error={saving.error} title="The details were not saved" />
        <Fields draft={draft} set={setDraft} errors={errors} isDisabled={!mayManage(user)} />
        {mayManage(user) && (
          <Button type="submit" kind="primary" isBusy={saving.isBusy} isDisabled={changed.length === 0}>Save details</Button>
        )}
      </Form>
    </Card>
  );
}

/** Whether the business is bound to the telemarketer that calls for it. */
function Binding({ of: { state = "STATE_UNSPECIFIED", telemarketerId, expireTime } }: { of: DltBinding }) {
  return (
    <>
      <Facts
        of={[
          ["Telemarketer", telemarketerId || "None yet"], ["On the DLT platforms", <StateBadge of={bindings[state]} />],
          ["Bound until", date(expireTime)],
        ]}
      />
      {state !== "BOUND" && telemarketerId && (
        <p className="hint">
          Bind your DLT entity id to this telemarketer on your operator’s DLT platform, and tell us: no call is placed before.
        </p>
      )}
    </>
  );
}

function Fields({ draft, set, errors, isDisabled }: {
  draft: Draft; set: (draft: Draft) => void; errors: Record<string, string>; isDisabled: boolean;
}) {
  const line = (field: keyof Draft, label: string, hint?: string, isRequired = true) => (
    <TextField
      label={label} value={draft[field]} hint={hint} error={errors[field]} isRequired={isRequired} isDisabled={isDisabled}
      onChange={(value) => set({ ...draft, [field]: value })}
    />
  );
  return (
    <div className="columns">
      {line("legalName", "Legal name", "As in the register.")}
      <Select
        label="Kind of business" value={draft.constitution} options={constitutions} error={errors["constitution"]} isRequired
        onChange={(value) => set({ ...draft, constitution: value as KycConstitution })} isDisabled={isDisabled}
      />
      <Select
        label="Sector" value={draft.sector} options={Object.entries(sectors)} error={errors["sector"]} isRequired
        hint="Decides from which numbers, and when, its agents may call."
        onChange={(value) => set({ ...draft, sector: value as KycSector })} isDisabled={isDisabled}
      />
      {line("pan", "PAN", "Kept encrypted and shown masked.")}
      {line("gstins", "GSTINs", "The main one first, with commas between them.", false)}
      {line("registrationNumber", "CIN or LLPIN", "Of a company or a limited liability partnership.", false)}
      {line("registeredAddress", "Registered address")}
      {line("dltEntityId", "DLT entity id", "19 digits, of the operators’ DLT platforms.")}
      {line("dltTelemarketerId", "DLT telemarketer id", "Only of a business that is its own telemarketer.", false)}
      <TextArea
        label="What the agents call people for" value={draft.useCase} rows={3} error={errors["useCase"]} isRequired
        onChange={(useCase) => set({ ...draft, useCase })} isDisabled={isDisabled}
      />
    </div>
  );
}

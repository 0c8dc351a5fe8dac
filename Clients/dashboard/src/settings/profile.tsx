import { useState } from "react";
import type { Kyc, KycState, Merchant, User } from "../../../typescript/index";
import { api } from "../api";
import { date } from "../format";
import { useAction, useLoaded } from "../loaded";
import { mayManage } from "../names";
import { Await } from "../parts/await";
import { Badge } from "../parts/badge";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { useUnsaved } from "../parts/leaving";
import { Notice, Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";

/** The merchant's name and address, and where the check of the business stands. */
export function Profile({ user }: { user: User }) {
  const merchant = useLoaded((signal) => api.accounts.getMerchant({}, { signal }), []);
  return (
    <Await of={merchant}>
      {(value) => (
        <>
          {value.state === "SUSPENDED" && (
            <Notice kind="warning" title="Your account is suspended">
              <p>You can read everything, but change nothing and place no calls. Please contact support.</p>
            </Notice>
          )}
          <ProfileForm key={value.etag ?? ""} merchant={value} user={user} onSave={merchant.set} />
          <Identity kyc={value.kyc ?? {}} />
        </>
      )}
    </Await>
  );
}

function ProfileForm({ merchant, user, onSave }: {
  merchant: Merchant; user: User; onSave: (merchant: Merchant) => void;
}) {
  const [name, setName] = useState(merchant.name ?? "");
  const [email, setEmail] = useState(merchant.email ?? "");
  const isChanged = name !== (merchant.name ?? "") || email !== (merchant.email ?? "");
  useUnsaved(isChanged);
  const saving = useAction(async () => {
    onSave(await api.accounts.updateMerchant({
      merchant: { name, email, etag: merchant.etag }, updateMask: "name,email",
    }));
    announce("Profile saved");
  });
  const errors = fieldErrors(saving.error, "merchant.");
  return (
    <Card title="Business">
      <Form onSubmit={() => void saving.run()} errors={errors} label="Business">
        <Problem error={saving.error} title="The profile was not saved" />
        <TextField label="Name" value={name} onChange={setName} error={errors["name"]} isRequired isDisabled={!mayManage(user)} />
        <TextField
          label="Contact e-mail" type="email" value={email} onChange={setEmail} error={errors["email"]} isRequired
          isDisabled={!mayManage(user)}
        />
        <Facts of={[["Merchant", <code>{merchant.merchantId}</code>], ["With us since", date(merchant.createTime)]]} />
        {mayManage(user) && (
          <Button type="submit" kind="primary" isBusy={saving.isBusy} isDisabled={!isChanged}>
            Save profile
          </Button>
        )}
      </Form>
    </Card>
  );
}

const kycStates: Record<KycState, readonly ["good" | "bad" | "busy" | "warn", string]> = {
  STATE_UNSPECIFIED: ["warn", "Not begun"],
  DRAFT: ["warn", "Incomplete"],
  SUBMITTED: ["busy", "Being checked"],
  APPROVED: ["good", "Approved"],
  REJECTED: ["bad", "Refused"],
  EXPIRED: ["bad", "Expired"],
};

const kycFields: Record<string, string> = {
  legal_name: "legal name", constitution: "kind of business", pan: "PAN", registered_address: "registered address",
  dlt_entity_id: "DLT entity id", use_case: "what the agents call people for", gstins: "GSTIN",
  registration_number: "CIN or LLPIN",
};

function Identity({ kyc }: { kyc: Kyc }) {
  const [kind, text] = kycStates[kyc.state ?? "STATE_UNSPECIFIED"];
  const missing = (kyc.missingFields ?? []).map((field) => kycFields[field] ?? field);
  return (
    <Card title="Check of the business" hint="Who a business is has to be known before its agents call people (KYC).">
      <Facts
        of={[
          ["State", <Badge kind={kind}>{text}</Badge>],
          ["Legal name", kyc.legalName || "–"],
          ["PAN", kyc.pan || "–"],
          ["GSTIN", kyc.gstins?.join(", ") || "–"],
          ["DLT entity", kyc.dltEntityId || "–"],
          ["Approved until", date(kyc.expireTime)],
        ]}
      />
      {missing.length > 0 && <p className="hint">Still missing: {missing.join(", ")}.</p>}
    </Card>
  );
}

import { useState } from "react";
import type { Merchant, User } from "../../../typescript/index";
import { api } from "../api";
import { date } from "../format";
import { useAction } from "../loaded";
import { useMerchant } from "../merchant";
import { mayManage } from "../names";
import { Await } from "../parts/await";
import { Button } from "../parts/button";
import { Card } from "../parts/card";
import { Facts } from "../parts/facts";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { useUnsaved } from "../parts/leaving";
import { Notice, Problem } from "../parts/notice";
import { announce } from "../parts/toast";
import { fieldErrors } from "../words";
import { Identity } from "./identity";

/** The merchant's name and address, and where the check of the business stands; each is saved without the other. */
export function Profile({ user }: { user: User }) {
  const merchant = useMerchant();
  return (
    <Await of={merchant}>
      {(value) => (
        <>
          {value.state === "SUSPENDED" && (
            <Notice kind="warning" title="Your account is suspended">
              <p>You can read everything, but change nothing and place no calls. Please contact support.</p>
            </Notice>
          )}
          <ProfileForm merchant={value} user={user} onSave={merchant.set} />
          <Identity merchant={value} user={user} onSave={merchant.set} />
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
    const saved = await api.accounts.updateMerchant({
      merchant: { name, email, etag: merchant.etag }, updateMask: "name,email",
    });
    setName(saved.name ?? "");
    setEmail(saved.email ?? "");
    onSave(saved);
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

/** A tenant as the data sources of azuread and azure-native show it, for Pulumi's mocks. */

export const ids = {
  partners: "0a4c6b1e-0000-4000-8000-000000000001",
  suppliers: "0a4c6b1e-0000-4000-8000-000000000002",
  dynamic: "0a4c6b1e-0000-4000-8000-000000000005",
  synchronised: "0a4c6b1e-0000-4000-8000-000000000006",
  distribution: "0a4c6b1e-0000-4000-8000-000000000007",
  formerlyDynamic: "0a4c6b1e-0000-4000-8000-000000000008",
  twins: ["0a4c6b1e-0000-4000-8000-000000000003", "0a4c6b1e-0000-4000-8000-000000000004"],
  orders: "0b4c6b1e-0000-4000-8000-000000000001",
  ordersApp: "0b4c6b1e-0000-4000-8000-000000000002",
  reader: "0c4c6b1e-0000-4000-8000-000000000001",
  writer: "0c4c6b1e-0000-4000-8000-000000000002",
  portal: "0b4c6b1e-0000-4000-8000-000000000003",
  portalApp: "0b4c6b1e-0000-4000-8000-000000000004",
  customRole: "0d4c6b1e-0000-4000-8000-000000000001",
};

interface Group {
  id: string;
  name: string;
  types?: string[];
  dynamicMemberships?: { enabled: boolean; rule: string }[];
  onpremisesSyncEnabled?: boolean;
  mailEnabled?: boolean;
}

const rule = 'user.mail -endsWith "@fabrikam.example"';
const groups: Group[] = [
  { id: ids.partners, name: "Partners" },
  { id: ids.suppliers, name: "Suppliers", types: ["Unified"], mailEnabled: true },
  {
    id: ids.dynamic,
    name: "Fabrikam people",
    types: ["DynamicMembership"],
    dynamicMemberships: [{ enabled: true, rule }],
  },
  { id: ids.synchronised, name: "Warehouse", onpremisesSyncEnabled: true },
  { id: ids.distribution, name: "Newsletter", mailEnabled: true },
  { id: ids.formerlyDynamic, name: "Once dynamic", dynamicMemberships: [{ enabled: false, rule }] },
  ...ids.twins.map((id) => ({ id, name: "Twins" })),
];

const role = (id: string, value: string, displayName: string) => ({
  id,
  value,
  displayName,
  description: "",
  enabled: true,
  allowedMemberTypes: ["User"],
});

const applications = [
  {
    objectId: ids.orders,
    clientId: ids.ordersApp,
    displayName: "Contoso Orders",
    loginUrl: "https://orders.contoso.example/sign-in",
    homepageUrl: "https://orders.contoso.example",
    appRoles: [role(ids.reader, "Orders.Read", "Order reader"), role(ids.writer, "Orders.Write", "Order writer")],
  },
  {
    objectId: ids.portal,
    clientId: ids.portalApp,
    displayName: "Partner Portal",
    loginUrl: "",
    homepageUrl: "",
    appRoles: [],
  },
];

/** Answers a data source's call, or throws as the plugin does. */
export function tenantCall(token: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const answer = answers[token.split(":").at(-1) ?? ""];
  if (answer === undefined) throw new Error(`nobody should call ${token}`);
  return answer(inputs);
}

const answers: Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>> = {
  getGroups: ({ returnAll, displayNames, objectIds }) => {
    const wanted = ((displayNames ?? objectIds ?? []) as string[]).map((text) => text.toLowerCase());
    const found = groups.filter(
      ({ id, name }) => returnAll || wanted.includes(name.toLowerCase()) || wanted.includes(id),
    );
    if (!returnAll && found.length !== 1) throw new Error(`${found.length} groups found`);
    return { objectIds: found.map(({ id }) => id), displayNames: found.map(({ name }) => name) };
  },
  getGroup: ({ objectId }) => {
    const found = groups.find(({ id }) => id === objectId);
    if (found === undefined) throw new Error("No group found");
    const { types = [], dynamicMemberships = [], onpremisesSyncEnabled = false, mailEnabled = false } = found;
    return { types, dynamicMemberships, onpremisesSyncEnabled, mailEnabled };
  },
  getServicePrincipal: ({ displayName, clientId }) => {
    const wanted = String(displayName ?? clientId).toLowerCase();
    const found = applications.find((one) => [one.displayName.toLowerCase(), one.clientId].includes(wanted));
    if (found === undefined) throw new Error("No service principal found");
    return found;
  },
  getServicePrincipals: () => ({ servicePrincipals: applications }),
  getRoleDefinition: ({ roleDefinitionId }) => {
    if (roleDefinitionId !== ids.customRole)
      throw Object.assign(new Error(), { details: "RoleDefinitionDoesNotExist" });
    return { name: ids.customRole };
  },
};

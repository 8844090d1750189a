// Guest invitations (B2B collaboration) in a Microsoft Entra tenant, changed in place and never lost.
package entraguests

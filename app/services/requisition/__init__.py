"""采购申请: what a member asks the group to buy, from suggestions or by hand."""
